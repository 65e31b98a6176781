/** `claudine explain`: everything that keeps a task from starting. */
import { oneLine } from "@claudine/protocol/text";
import type { Result } from "@claudine/protocol/methods";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson } from "../print.ts";
import { resolveTask } from "../resolve-task.ts";

export const explain: Command = {
  name: "explain",
  summary: "Say why a task has not started: all causes, a line each",
  positional: [{ name: "TASK", describe: "Its id; the last one unless told" }],
  options: [],
  examples: [["claudine explain 12", "waits for tasks 7, 8 to succeed"]],
  async run(input, io) {
    const client = await io.connect();
    const id = await resolveTask(client, input.args[0] ?? "last", "explain");
    const explained = await client.call("task.explain", { id });
    if (flag(input, "json")) printJson(io, { id, state: explained.task.state, causes: causesOf(explained) });
    else for (const cause of causesOf(explained)) io.out(`${oneLine(cause)}\n`);
    return 0;
  },
};

/** A task that does not wait in the queue has its state to say. */
function causesOf({ task, causes }: Result<"task.explain">): string[] {
  if (causes.length > 0) return causes;
  const { state, reason } = task;
  return [reason === null || reason === state ? `it is ${state}` : `it is ${state}: ${reason}`];
}
