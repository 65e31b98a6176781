/** `claudine agents`: the coding agents that prompts can be given to. */
import type { AgentTool } from "@claudine/protocol/agent";
import { oneLine } from "@claudine/protocol/text";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson } from "../print.ts";
import { callerEnv } from "../submit-tasks.ts";
import { type Column, renderTable } from "../table.ts";
import { workingDirectory } from "../working-directory.ts";

export const agents: Command = {
  name: "agents",
  summary: "Show the coding agents: installed or not, version, logged in as far as they tell",
  options: [],
  examples: [["claudine agents --json", "the same for a program"]],
  async run(input, io) {
    const client = await io.connect();
    const place = { env: await callerEnv(io.env), cwd: await workingDirectory() };
    const { agents: all } = await client.call("agent.list", place);
    if (flag(input, "json")) printJson(io, all);
    else if (flag(input, "quiet"))
      io.out(
        all
          .filter(({ usable }) => usable)
          .map(({ name }) => `${name}\n`)
          .join(""),
      );
    else
      io.out(
        renderTable(COLUMNS, all, io)
          .map((line) => `${line}\n`)
          .join(""),
      );
    return 0;
  },
};

const COLUMNS: readonly Column<AgentTool>[] = [
  { title: "AGENT", text: ({ name }) => name },
  { title: "VERSION", text: ({ version, path }) => version ?? (path === null ? "not installed" : "unknown") },
  { title: "LOGGED IN", text: ({ loggedIn }) => (loggedIn === null ? "" : loggedIn ? "yes" : "no") },
  { title: "PATH", text: ({ path }) => oneLine(path ?? "") },
  { title: "NOTE", shrinksTo: 10, text: ({ note }) => oneLine(note ?? "") },
];
