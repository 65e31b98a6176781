/** Tells a client that waits how far the tasks are, which also keeps it from giving up. */
import { isFinished } from "@claudine/protocol/states";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Context } from "./tool.ts";

const EVERY_MS = 2000;
const LOOK_AT_MAX = 1000;

type Wait = { selector: string[]; timeoutMs: number };

/**
 * What `work` gives; looks at the tasks only when somebody asked to be told.
 * The progress is the time that went by: it has to grow with every report, and tasks may come to wait again.
 */
export async function whileReporting<T>(context: Context, wait: Wait, work: Promise<T>): Promise<T> {
  if (context.report === undefined) return work;
  const { client, report } = context;
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const startedAt = performance.now();
  const tell = async (): Promise<void> => {
    const { tasks } = await client.call("task.list", { selector: wait.selector, limit: LOOK_AT_MAX }, { signal });
    const progress = Math.ceil(performance.now() - startedAt);
    // After the answer nobody knows what it would be about.
    if (!signal.aborted)
      await report({ progress, total: Math.max(progress, wait.timeoutMs), message: progressText(tasks) });
  };
  const tellIfPossible = (): void => void tell().catch(() => {});
  tellIfPossible();
  const timer = setInterval(tellIfPossible, EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    over.abort();
  }
}

/** `2 of 5 finished: 1 running, 2 queued` */
export function progressText(tasks: readonly Pick<TaskInfo, "state">[]): string {
  const counts = new Map<string, number>();
  for (const { state } of tasks) if (!isFinished(state)) counts.set(state, (counts.get(state) ?? 0) + 1);
  const open = [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
  const finished = tasks.filter(({ state }) => isFinished(state)).length;
  return `${finished} of ${tasks.length} finished${open === "" ? "" : `: ${open}`}`;
}
