/** Starts admitted runs, again after a while when the system would not. */
import type { LiveRun, Task } from "@claudine/protocol";
import { runKey } from "../running/launch.ts";
import { errnoText } from "../startup/errno-text.ts";
import { errorFacts } from "../log.ts";
import { forbidStart } from "../runner/record.ts";
import { currentRun, recordOf, recordPath, type SupervisorPorts } from "./ports.ts";
import type { Reporter } from "./reporter.ts";

export type Starter = {
  start(task: Task, run: LiveRun): void;
  /** The run is to end: a start that takes its time, as for a worktree, is given up. */
  giveUp(key: string): void;
  /** The system refused: tries again in a second, as long as nothing was started. */
  startLater(key: string, why: string): void;
  /** Why the run is not started yet, in words; undefined when nothing has kept it from it. */
  refusal(key: string): string | undefined;
};

const AGAIN_MS = 1000;

export function createStarter(ports: SupervisorPorts, reporter: Reporter): Starter {
  /** Starts that are under way. */
  const launching = new Map<string, AbortController>();

  const launch = async (task: Task, run: LiveRun): Promise<void> => {
    const key = runKey(task.id, run.attempt);
    const path = recordPath(ports, { id: task.id, attempt: run.attempt });
    if (run.stopping === undefined) {
      const giveUp = new AbortController();
      launching.set(key, giveUp);
      const launched = await ports.launch(task, run, giveUp.signal).finally(() => launching.delete(key));
      if ("lostNames" in launched) return reporter.noEnvironment(key, launched.lostNames);
      if ("refused" in launched) return reporter.refused(key, launched.refused);
      if ("givenUp" in launched) {
        if (forbidStart(path)) reporter.notStarted(key, cancelled(task));
        return;
      }
    } else if (forbidStart(path)) {
      // A run that is to end and never began is not begun for that, nor by an older shim that has it in its queue.
      return reporter.notStarted(key, cancelled(task));
    }
    ports.meter.track(key, path);
  };
  const refusals = new Map<string, string>();
  const isWaiting = (key: string): boolean => {
    const now = currentRun(ports, key);
    return now !== undefined && now.run.started === undefined;
  };
  const starter: Starter = {
    start(task, run) {
      const key = runKey(task.id, run.attempt);
      if (launching.has(key)) return;
      launch(task, run).catch((error: unknown) => {
        ports.log.warn("A run could not be started; trying again", { run: key, ...errorFacts(error) });
        starter.startLater(key, wordsOf(error));
      });
    },
    giveUp: (key) => launching.get(key)?.abort(),
    startLater(key, why) {
      for (const one of refusals.keys()) if (!isWaiting(one)) refusals.delete(one);
      refusals.set(key, why);
      setTimeout(() => {
        const now = currentRun(ports, key);
        if (now === undefined || now.run.started !== undefined) return;
        const record = recordOf(ports, key);
        if (record.state === "missing") starter.start(now.task, now.run);
        // Something is in the place of its folder, which nobody else would ever look at again.
        if (record.state !== "unreadable") return;
        ports.log.debug("The record of a run still cannot be read", { run: key, errno: record.errno });
        starter.startLater(key, errnoText(record.errno));
      }, AGAIN_MS).unref();
    },
    refusal: (key) => (isWaiting(key) ? refusals.get(key) : undefined),
  };
  return starter;
}

const cancelled = (task: Task) => ({ step: "start", errno: "ECANCELED", path: task.argv[0] ?? "" });

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? errnoText(error.code) : error.message;
}
