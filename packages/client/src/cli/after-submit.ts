/** What `submit --follow` and `--wait` do once the tasks are in the queue. */
import { safeJson } from "@claudine/protocol/text";
import type { Client } from "../client.ts";
import type { Input, Io } from "./command.ts";
import { concludeTasks, exitCodeOfAll, followTasks, untilInterrupted, waitForEnd } from "./follow-tasks.ts";
import { flag } from "./input.ts";
import { nameTasks, say } from "./print.ts";

export type Submitted = {
  input: Input;
  io: Io;
  client: Client;
  ids: readonly number[];
  uids: readonly string[];
  existing: readonly number[];
};

/** @returns the task's exit code */
export async function afterSubmit({ input, io, client, ids, uids, existing }: Submitted): Promise<number> {
  const json = flag(input, "json");
  if (flag(input, "follow")) {
    if (json) io.out(`${JSON.stringify({ ids, uids, existing })}\n`);
    else if (io.stderrIsTty) say(input, io, `Following ${nameTasks(ids)}`);
    const begin = existing.length === 0 ? "first" : "next";
    return concludeTasks(input, io, await followTasks({ input, io, client, ids, begin }));
  }
  if (!json) io.out(ids.map((id) => `${id}\n`).join(""));
  const tasks = await untilInterrupted(io, ids, (signal) => waitForEnd(client, ids, signal));
  if (!json) return concludeTasks(input, io, tasks);
  io.out(`${safeJson({ ids, uids, existing, tasks })}\n`);
  return exitCodeOfAll(tasks);
}
