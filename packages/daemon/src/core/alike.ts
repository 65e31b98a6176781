/** The unfinished tasks of each label and, without one, of each command: what `ifRunning` asks for. */
import type { Task, TaskId } from "@claudine/protocol";
import type { State } from "./state.ts";

/** By the texts of the tasks themselves, as long commands are kept once. */
export type Alike = { byLabel: Map<string, Set<TaskId>>; byCommand: Map<string, Set<TaskId>> };

type Kind = Pick<Task, "label" | "command">;

export function createAlike(): Alike {
  return { byLabel: new Map(), byCommand: new Map() };
}

function placeOf({ byLabel, byCommand }: Alike, { label, command }: Kind) {
  return label === null ? { ids: byCommand, name: command } : { ids: byLabel, name: label };
}

export function linkAlike({ alike }: State, task: Task): void {
  const { ids, name } = placeOf(alike, task);
  const known = ids.get(name);
  if (known === undefined) ids.set(name, new Set([task.id]));
  else known.add(task.id);
}

export function unlinkAlike({ alike }: State, task: Task): void {
  const { ids, name } = placeOf(alike, task);
  const known = ids.get(name);
  known?.delete(task.id);
  if (known?.size === 0) ids.delete(name);
}

/** The newest last. */
export function unfinishedLike({ live, alike }: State, kind: Kind): Task[] {
  const { ids, name } = placeOf(alike, kind);
  return [...(ids.get(name) ?? [])].flatMap((id) => live.get(id) ?? []).sort((a, b) => a.id - b.id);
}

/** Without putting all of them in order; one, or none. */
export function oldestLike({ live, alike }: State, kind: Kind): Task[] {
  const { ids, name } = placeOf(alike, kind);
  let oldest: TaskId | undefined;
  for (const id of ids.get(name) ?? []) if (oldest === undefined || id < oldest) oldest = id;
  const task = oldest === undefined ? undefined : live.get(oldest);
  return task === undefined ? [] : [task];
}
