/** How much text tasks and events hold, roughly: what bounds pages, pieces and the queue. */
import type { TaskEvent, TaskSpec } from "@claudine/protocol";

/** What a record takes besides its text. */
const FRAME = 400;

/** Characters that a caller gave. */
export function specText({ command, argv, cwd, label }: TaskSpec): number {
  return argv.reduce((sum, word) => sum + word.length, command.length + cwd.length + (label?.length ?? 0));
}

export function taskSize(spec: TaskSpec): number {
  return FRAME + specText(spec);
}

export function eventSize(event: TaskEvent): number {
  if (event.type === "run.finished") return FRAME + (event.agent?.result?.length ?? 0);
  return event.type === "task.submitted" ? taskSize(event.spec) : FRAME;
}
