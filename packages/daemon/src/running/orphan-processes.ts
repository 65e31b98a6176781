/** Finds processes that a task left running when it ended. */
import type { Paths, Task, TaskId } from "@claudine/protocol";
import { runUid } from "./launch.ts";
import { isAlive } from "../runner/identity.ts";
import type { Processes } from "../runner/processes.ts";

export type OrphanProcess = { pid: number; title: string; id: TaskId };
export type OrphanPorts = {
  processes: Processes;
  paths: Pick<Paths, "socket">;
  /** As the store has it now: asked after the processes were listed, so that no new run is taken for an old one. */
  lookup: () => (id: TaskId) => Task | undefined;
};

/** Those that carry the mark of a run of this store, or of this socket's daemon, which is not going on. */
export function findOrphanProcesses({ processes, paths, lookup }: OrphanPorts): OrphanProcess[] {
  const all = processes.list();
  const marks = processes.environment(
    "CLAUDINE_RUN_UID",
    all.map(({ pid }) => pid),
  );
  const pids = [...marks].flatMap(([pid, mark]) => (mark === "" ? [] : [pid]));
  const ids = processes.environment("CLAUDINE_TASK_ID", pids);
  const sockets = processes.environment("CLAUDINE_SOCKET", pids);
  const task = lookup();
  const bootId = processes.bootId();
  return all.flatMap(({ pid, startTicks }) => {
    const [mark = "", id] = [marks.get(pid), Number(ids.get(pid))];
    const owner = Number.isSafeInteger(id) ? task(id) : undefined;
    const isOurs = owner === undefined ? sockets.get(pid) === paths.socket : mark.startsWith(`${owner.uid}.`);
    if (mark === "" || !isOurs || (owner !== undefined && isLive(owner, mark))) return [];
    return isAlive(processes, { pid, startTicks, bootId }) ? [{ pid, title: processes.title(pid), id }] : [];
  });
}

function isLive(task: Task, mark: string): boolean {
  return "run" in task.status && runUid(task, task.status.run.attempt) === mark;
}
