/** What installing and removing the service consist of, as data: planned by pure functions, shown or carried out. */
import { quoteArgv } from "@claudine/protocol/text";

export type Step =
  | { kind: "write"; path: string; text: string; mode: number }
  | { kind: "remove"; path: string }
  /** `mayFail`: the step makes sure of something that may already be so. */
  | { kind: "run"; argv: readonly string[]; mayFail: boolean }
  /** Ends the daemon that runs outside of the service. Its tasks go on. */
  | { kind: "stop-daemon"; pid: number };

export const run = (...argv: string[]): Step => ({ kind: "run", argv, mayFail: false });
export const tryRun = (...argv: string[]): Step => ({ kind: "run", argv, mayFail: true });

/** For `--dry-run`. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "write":
      return `write ${step.path}`;
    case "remove":
      return `remove ${step.path}`;
    case "run":
      return `run ${quoteArgv(step.argv)}${step.mayFail ? " (may fail)" : ""}`;
    case "stop-daemon":
      return `stop the daemon with pid ${step.pid}; its tasks go on`;
  }
}
