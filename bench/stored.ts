/** A state folder as if a daemon had run so many tasks, made by the store itself. */
import { NO_SCHEDULE_CHANGES } from "@claudine/daemon/core/schedule-changes";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Outcome, Task, TaskEvent, TaskId, TaskSpec, Usage } from "@claudine/protocol";
import { openStore } from "@claudine/daemon/store/store";

export type Stored = { finished: number; queued: number };

const BATCH = 20_000;
const ENV = { id: "0".repeat(32), plain: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/" }, sealed: null };

/** `dir` as for `startDaemon`. The finished tasks come first. */
export async function makeStored(dir: string, { finished, queued }: Stored): Promise<void> {
  const path = join(dir, "state/claudine/store");
  const store = openStore({ path, journalKeep: 1_000_000, historyKeep: 1000, onUnreadable: () => {} });
  const counts = { ...store.load().counts };
  const all = finished + queued;
  for (let first = 1; first <= all; first += BATCH) {
    const tasks: Task[] = [];
    for (let id = first; id < Math.min(first + BATCH, all + 1); id += 1) {
      const task = id <= finished ? finishedTask(id) : queuedTask(id);
      counts[task.status.state] += 1;
      tasks.push(task);
    }
    const last = tasks.at(-1)?.id ?? 0;
    await store.commit({
      events: tasks.map(eventOf),
      changes: new Map(tasks.map((task) => [task.id, { before: undefined, after: task }])),
      schedules: NO_SCHEDULE_CHANGES,
      attached: [ENV],
      head: { nextId: last + 1, lastSeq: last, counts: { ...counts } },
    });
  }
  await store.close();
}

function specOf(id: TaskId): TaskSpec {
  return {
    uid: randomUUID(),
    command: `convert --quality 80 picture-${id}.png`,
    argv: ["/bin/true", "--quality", "80", `picture-${id}.png`],
    cwd: "/",
    umask: 0o022,
    envId: ENV.id,
    label: id % 10 === 0 ? "pictures" : null,
    group: "default",
    priority: 0,
    stdin: false,
    arrayIndex: null,
    lostRetries: 0,
  };
}

const AT = 1_700_000_000_000;
const outcome: Outcome = { kind: "exited", exitCode: 0 };
const usage: Usage = {
  cpuMs: 12,
  userMs: 8,
  systemMs: 4,
  peakRssBytes: 4_096_000,
  avgRssBytes: 3_000_000,
  readBytes: 0,
  writeBytes: 4096,
  wallMs: 40,
};

function finishedTask(id: TaskId): Task {
  return { ...specOf(id), id, createdAt: AT, attempt: 1, status: { state: "succeeded", ...endOf(id) } };
}

function endOf(id: TaskId) {
  return { startedAt: AT + id, finishedAt: AT + id + 40, outcome, note: null, usage };
}

function queuedTask(id: TaskId): Task {
  return { ...specOf(id), id, createdAt: AT, attempt: 0, status: { state: "queued", since: AT, order: id } };
}

/** The last of its events, as the journal keeps only the newest million. */
function eventOf({ id, status, ...rest }: Task): TaskEvent {
  const stamp = { seq: id, at: AT + id };
  if (status.state === "succeeded")
    return { ...stamp, type: "run.finished", id, attempt: 1, state: "succeeded", ...endOf(id) };
  const { createdAt: _createdAt, attempt: _attempt, ...spec } = rest;
  return { ...stamp, type: "task.submitted", id, spec, held: false };
}
