/** The options of `schedule add` and `schedule edit`: when it is due, and those of `submit` for its tasks. */
import type { Option } from "../command.ts";
import { AGENT_OPTIONS } from "../agents/options.ts";
import { submit } from "../commands/submit.ts";
import { BUDGET_OPTIONS } from "../rules/options.ts";

const text = (name: string, arg: string, describe: string): Option => ({ name, type: "string", arg, describe });

export const WHEN_OPTIONS: readonly Option[] = [
  text("cron", "EXPRESSION", "Minute, hour, day of month, month, day of week: '0 2 * * 1-5', with L W #; or @daily"),
  text("every", "TIME", "So often, counted from when it is added: 15m, 6h"),
  text("at", "WHEN", "Once, then: 2026-12-01T08:00[Europe/Berlin], tomorrow 9am"),
  text("tz", "ZONE", "The time zone of these, as Europe/Berlin (that of this shell)"),
  text("jitter", "TIME", "Start each task by up to so much later, so that not all start at once"),
  text("until", "WHEN", "Not after that"),
  text("max-runs", "N", "So often, then no more"),
  {
    ...text(
      "missed",
      "WHAT",
      "What was due while the daemon was down or the machine slept: the latest of it (the default)",
    ),
    choices: ["skip", "catchup", "latest", "fail"],
  },
  text("catchup-window", "TIME", "What was missed longer ago than this is skipped"),
  {
    ...text("overlap", "WHAT", "When the task before has not ended: skip (the default)"),
    choices: ["skip", "queue", "replace", "all"],
  },
];

/** Those that make many tasks of one, that wait for it, or that say what the schedule itself says. */
const NOT_TAKEN: ReadonlySet<string> = new Set([
  "follow",
  "wait",
  "key",
  "if-running",
  "max-fails",
  "each-line",
  "array",
  "from-json",
  "delay",
  "at",
  "jitter",
]);

/** `--jitter` is the schedule's. */
const RETRY_JITTER: Option = {
  name: "retry-jitter",
  type: "boolean",
  describe: "Wait between half of the delay before a retry and all of it",
};

export const TASK_OPTIONS: readonly Option[] = [
  ...submit.options.flatMap((option) =>
    option.name === "retry-on-exit" ? [RETRY_JITTER, option] : NOT_TAKEN.has(option.name) ? [] : [option],
  ),
  ...AGENT_OPTIONS,
  ...BUDGET_OPTIONS,
];

export const FILE_OPTIONS: readonly Option[] = [
  text("from-yaml", "FILE", "Make the schedules be as FILE says"),
  { name: "prune", type: "boolean", describe: "With --from-yaml: remove what FILE declared before and does no longer" },
  { name: "dry-run", type: "boolean", describe: "With --from-yaml: only say what would be done" },
];

export const SCHEDULE = { name: "SCHEDULE", describe: "Its name", required: true } as const;
export const SCHEDULES = { name: "SCHEDULES", describe: "Their names", required: true, many: true } as const;
