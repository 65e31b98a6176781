/** `claudine artifacts`: lists the files that a task has left in $CLAUDINE_ARTIFACTS, and fetches them. */
import { resolve } from "node:path";
import type { Artifact } from "@claudine/protocol/artifact";
import { ClaudineError } from "@claudine/protocol/errors";
import { safeLog } from "@claudine/protocol/text";
import { formatBytes } from "@claudine/protocol/units";
import type { Client } from "../../client.ts";
import { artifactLines, kindText } from "../artifact-table.ts";
import type { Command, Input, Io } from "../command.ts";
import { listArtifacts, readArtifact, type RunName, saveArtifact, type Saved } from "../fetch-artifacts.ts";
import { flag, number, text } from "../input.ts";
import { printJson, say } from "../print.ts";
import { resolveTask } from "../resolve-task.ts";

export const artifacts: Command = {
  name: "artifacts",
  summary: "List the files that a task has left in $CLAUDINE_ARTIFACTS, or fetch them",
  positional: [
    { name: "TASK", describe: "Its id, or `last`", required: true },
    { name: "NAME", describe: "Only this file: to stdout, or with -o into the folder" },
  ],
  options: [
    { name: "output", short: "o", type: "string", arg: "DIR", describe: "Fetch into this folder: all, or NAME" },
    { name: "run", type: "number", least: 1, arg: "N", describe: "Of the N-th run; the last one unless told" },
    { name: "force", short: "f", type: "boolean", describe: "Replace files that are there" },
    { name: "raw", type: "boolean", describe: "Control bytes reach the terminal as they are" },
  ],
  examples: [
    ["claudine artifacts 12", "which there are"],
    ["claudine artifacts 12 report/index.html > index.html", ""],
    ["claudine artifacts last -o results", "all of them"],
  ],
  async run(input, io) {
    const [word = "", name] = input.args;
    const folder = text(input, "output");
    const client = await io.connect();
    const id = await resolveTask(client, word, "list the artifacts of");
    const attempt = number(input, "run");
    const run: RunName = attempt === undefined ? { id } : { id, attempt };
    if (folder === undefined && name === undefined) await list(input, io, { client, run });
    else if (folder === undefined) await print(input, io, { client, file: { ...run, name: name ?? "" } });
    else await save(input, io, { client, run, name, folder });
    return 0;
  },
};

type Asked = { client: Client; run: RunName };

async function list(input: Input, io: Io, { client, run }: Asked): Promise<void> {
  const { files, attempt } = await all(client, run);
  if (flag(input, "json")) return printJson(io, { id: run.id, run: attempt, files });
  if (flag(input, "quiet")) return io.out(files.map(({ name }) => `${name}\n`).join(""));
  if (files.length === 0) return io.err(`No artifacts of task ${run.id}\n`);
  await io.write("stdout", `${artifactLines(files, io).join("\n")}\n`);
}

async function all(client: Client, run: RunName): Promise<{ files: Artifact[]; attempt: number }> {
  const files: Artifact[] = [];
  const pages = listArtifacts(client, run);
  for (;;) {
    const page = await pages.next();
    if (page.done === true) return { files, attempt: page.value };
    for (const file of page.value) files.push(file);
  }
}

type File = { client: Client; file: RunName & { name: string } };

async function print(input: Input, io: Io, { client, file }: File): Promise<void> {
  if (flag(input, "json"))
    throw new ClaudineError("invalid_params", "--json does not go with the content of a file", { hint: "Give -o DIR" });
  const isShown = io.stdoutIsTty && !flag(input, "raw");
  const decoder = new TextDecoder();
  await readArtifact(client, file, (bytes) =>
    io.write("stdout", isShown ? safeLog(decoder.decode(bytes, { stream: true })) : bytes),
  );
}

type Saving = Asked & { name: string | undefined; folder: string };

/** Each as it is listed, so that a hundred thousand of them need no more memory than one page. */
async function save(input: Input, io: Io, { client, run, name, folder }: Saving): Promise<void> {
  const where = { folder: resolve(folder), force: flag(input, "force") };
  const saved: Saved[] = [];
  const add = async (one: string) => void saved.push(await saveArtifact(client, { ...run, name: one }, where));
  if (name !== undefined) await add(name);
  else
    for await (const files of listArtifacts(client, run))
      for (const file of files) {
        if (file.kind === "file") await add(file.name);
        else say(input, io, `Not fetched: ${file.name}, ${kindText(file)}`);
      }
  if (flag(input, "json")) return printJson(io, { id: run.id, saved });
  if (flag(input, "quiet")) return io.out(saved.map(({ path }) => `${path}\n`).join(""));
  const bytes = saved.reduce((sum, one) => sum + one.bytes, 0);
  const [only] = saved;
  if (only === undefined) return say(input, io, `No artifacts of task ${run.id}`);
  const what = saved.length === 1 ? only.path : `${saved.length} files into ${where.folder}`;
  say(input, io, `Wrote ${what} (${formatBytes(bytes)})`);
}
