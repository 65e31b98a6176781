/** `claudine agents`: the coding agents that prompts can be given to. */
import type { Result } from "@claudine/protocol/methods";
import { oneLine } from "@claudine/protocol/text";
import type { Command } from "../command.ts";
import { flag, text } from "../input.ts";
import { printJson } from "../print.ts";
import { callerEnv } from "../submit-tasks.ts";
import { type Column, renderTable } from "../table.ts";
import { clock } from "../task-values.ts";
import { workingDirectory } from "../working-directory.ts";

export const agents: Command = {
  name: "agents",
  summary: "Show the coding agents: installed or not, version, logged in as far as they tell, limits that were met",
  options: [
    {
      name: "forget-limit",
      type: "string",
      arg: "AGENT",
      describe: "Take the limit of its provider for over: all that waits for it may start",
    },
  ],
  examples: [
    ["claudine agents --json", "the same for a program"],
    ["claudine agents --forget-limit claude", "start what waits for Claude Code's limit to be over"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const forget = text(input, "forget-limit");
    if (forget !== undefined) {
      await client.call("agent.free", { agent: forget });
      return 0;
    }
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

type Tool = Result<"agent.list">["agents"][number];

const COLUMNS: readonly Column<Tool>[] = [
  { title: "AGENT", text: ({ name }) => name },
  { title: "VERSION", text: ({ version, path }) => version ?? (path === null ? "not installed" : "unknown") },
  { title: "LOGGED IN", text: ({ loggedIn }) => (loggedIn === null ? "" : loggedIn ? "yes" : "no") },
  { title: "PATH", text: ({ path }) => oneLine(path ?? "") },
  {
    title: "NOTE",
    shrinksTo: 10,
    text: ({ note, limit }) => oneLine([limitText(limit), note].filter(Boolean).join("; ")),
  },
];

function limitText(limit: Tool["limit"]): string {
  if (limit === null) return "";
  const what = limit.class === "rate-limit" ? "rate limit" : "usage limit";
  if (limit.triedBy !== null) return `${what}, task ${limit.triedBy} tries whether it is over`;
  return `${what}, ${limit.told ? "resets" : "tried again"} ${clock(limit.resetsAt)}`;
}
