/** Starts admitted runs, again after a while when the system would not. */
import type { LiveRun, Task } from "@claudine/protocol";
import { runKey, type Launched } from "../running/launch.ts";
import { errnoText } from "../startup/errno-text.ts";
import { errorFacts } from "../log.ts";
import { forbidStart } from "../runner/record.ts";
import { currentRun, recordOf, recordPath, type CurrentRun, type SupervisorPorts } from "./ports.ts";
import type { Reporter } from "./reporter.ts";

export type Starter = {
  start(task: Task, run: LiveRun): void;
  /** The system refused: tries again in a second, as long as nothing was started. */
  startLater(key: string, why: string): void;
  /** The run is to end, and nothing is known of its start: one that is still being made ready is not begun. */
  withdraw(key: string): void;
  /** Why the run is not started yet, in words; undefined when nothing has kept it from it. */
  refusal(key: string): string | undefined;
};

const AGAIN_MS = 1000;

export function createStarter(ports: SupervisorPorts, reporter: Reporter): Starter {
  /** Nothing of them is with the shim yet. */
  const preparing = new Set<string>();
  const prepare = async (key: string, { task, run }: CurrentRun): Promise<Launched> => {
    preparing.add(key);
    const isWanted = (): boolean => {
      const now = currentRun(ports, key);
      return now !== undefined && now.run.stopping === undefined;
    };
    return ports.launch(task, run, isWanted).finally(() => preparing.delete(key));
  };
  const forbid = (key: string, { task, run }: CurrentRun): boolean => {
    const isForbidden = forbidStart(recordPath(ports, { id: task.id, attempt: run.attempt }));
    if (isForbidden) reporter.notStarted(key, { step: "start", errno: "ECANCELED", path: task.argv[0] ?? "" });
    return isForbidden;
  };
  const launch = async (task: Task, run: LiveRun): Promise<void> => {
    const key = runKey(task.id, run.attempt);
    const path = recordPath(ports, { id: task.id, attempt: run.attempt });
    if (run.stopping === undefined) {
      const launched = await prepare(key, { task, run });
      if ("withdrawn" in launched) return;
      if ("lostNames" in launched) return reporter.noEnvironment(key, launched.lostNames);
      if ("refused" in launched) return reporter.refused(key, launched.refused);
    } else if (forbid(key, { task, run })) {
      // A run that is to end and never began is not begun for that, nor by an older shim that has it in its queue.
      return;
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
      launch(task, run).catch((error: unknown) => {
        ports.log.warn("A run could not be started; trying again", { run: key, ...errorFacts(error) });
        starter.startLater(key, wordsOf(error));
      });
    },
    startLater(key, why) {
      for (const one of refusals.keys()) if (!isWaiting(one)) refusals.delete(one);
      refusals.set(key, why);
      setTimeout(() => {
        const now = currentRun(ports, key);
        const untouched = now?.run.started === undefined && recordOf(ports, key).state === "missing";
        if (now !== undefined && untouched) starter.start(now.task, now.run);
      }, AGAIN_MS).unref();
    },
    withdraw(key) {
      const now = currentRun(ports, key);
      if (now === undefined || !preparing.has(key) || !forbid(key, now)) reporter.look(key);
    },
    refusal: (key) => (isWaiting(key) ? refusals.get(key) : undefined),
  };
  return starter;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? errnoText(error.code) : error.message;
}
