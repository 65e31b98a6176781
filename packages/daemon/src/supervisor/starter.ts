/** Starts admitted runs, again after a while when the system would not. */
import type { LiveRun, Task } from "@claudine/protocol";
import { runKey } from "../launch.ts";
import { errorFacts } from "../log.ts";
import { forbidStart } from "../runner/record.ts";
import { currentRun, recordOf, recordPath, type SupervisorPorts } from "./ports.ts";
import type { Reporter } from "./reporter.ts";

export type Starter = {
  start(task: Task, run: LiveRun): void;
  /** The system refused: tries again in a second, as long as nothing was started. */
  startLater(key: string): void;
};

const AGAIN_MS = 1000;

export function createStarter(ports: SupervisorPorts, reporter: Reporter): Starter {
  const launch = async (task: Task, run: LiveRun): Promise<void> => {
    const key = runKey(task.id, run.attempt);
    const path = recordPath(ports, { id: task.id, attempt: run.attempt });
    if (run.stopping === undefined) {
      const launched = await ports.launch(task, run);
      if ("lostNames" in launched) return reporter.noEnvironment(key, launched.lostNames);
    } else if (forbidStart(path)) {
      // A run that is to end and never began is not begun for that, nor by an older shim that has it in its queue.
      return reporter.notStarted(key, { step: "start", errno: "ECANCELED", path: task.argv[0] ?? "" });
    }
    ports.meter.track(key, path);
  };
  const starter: Starter = {
    start(task, run) {
      const key = runKey(task.id, run.attempt);
      launch(task, run).catch((error: unknown) => {
        ports.log.warn("A run could not be started; trying again", { run: key, ...errorFacts(error) });
        starter.startLater(key);
      });
    },
    startLater(key) {
      setTimeout(() => {
        const now = currentRun(ports, key);
        const untouched = now?.run.started === undefined && recordOf(ports, key).state === "missing";
        if (now !== undefined && untouched) starter.start(now.task, now.run);
      }, AGAIN_MS).unref();
    },
  };
  return starter;
}
