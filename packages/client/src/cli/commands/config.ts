/** `claudine config`: shows and checks the configuration, by the daemon's own reading of it. Works without a daemon. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Ended } from "../../service/program.ts";
import type { Command, Io } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";

const show: Command = {
  name: "show",
  summary: "Print the configuration, defaults filled in",
  options: [],
  async run(input, io) {
    const read = await askDaemon(io, flag(input, "json") ? ["--print-config", "--json"] : ["--print-config"]);
    if (read.code !== 0)
      throw new ClaudineError("config_invalid", (await problemsOf(read))[0] ?? "", {
        hint: "claudine config check lists every problem",
      });
    io.out(read.stdout);
    return 0;
  },
};

const path: Command = {
  name: "path",
  summary: "Print where the configuration file is looked for",
  options: [],
  async run(input, io) {
    const { existsSync } = await import("node:fs");
    const file = io.paths.configFile;
    if (flag(input, "json")) printJson(io, { path: file, exists: existsSync(file) });
    else io.out(`${file}\n`);
    return 0;
  },
};

const check: Command = {
  name: "check",
  summary: "Check the configuration file; exit code 78 when it is not valid",
  options: [],
  async run(input, io) {
    const { existsSync } = await import("node:fs");
    const { configFile } = io.paths;
    const exists = existsSync(configFile);
    const read = await askDaemon(io, ["--check-config"]);
    const problems = read.code === 0 ? [] : await problemsOf(read);
    if (flag(input, "json")) printJson(io, { path: configFile, exists, valid: read.code === 0, problems });
    else if (read.code !== 0) io.err(problems.map((line) => `${line}\n`).join(""));
    else say(input, io, exists ? `${configFile} is valid` : `There is no ${configFile}; the defaults hold`);
    return read.code ?? 70;
  },
};

export const config: Command = {
  name: "config",
  summary: "Show or check the configuration",
  options: [],
  subcommands: [show, path, check],
};

async function askDaemon(io: Io, words: readonly string[]) {
  const { runClaudined } = await import("../claudined.ts");
  return await runClaudined(io, words);
}

async function problemsOf({ stderr }: Ended): Promise<readonly string[]> {
  const { lastWords } = await import("../../last-words.ts");
  return lastWords(stderr)?.problems ?? ["the configuration is not valid"];
}
