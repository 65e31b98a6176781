/** The options that say when a task starts, how long it may take and what it needs; `submit`, `set` and `edit` read them. */
import { PRIORITIES, PRIORITY_NAMES } from "@claudine/protocol/priority";
import type { Option } from "../command.ts";

export const PRIORITY_OPTION: Option = {
  name: "priority",
  short: "o",
  type: "string",
  arg: "N",
  describe: `Higher starts first: a number (0), or ${PRIORITY_NAMES}`,
  suggestions: { words: Object.keys(PRIORITIES) },
};

const text = (name: string, arg: string, describe: string): Option => ({ name, type: "string", arg, describe });
const many = (name: string, arg: string, describe: string): Option => ({ name, type: "list", arg, describe });

/** What matters when a task has ended, or when it is submitted again, and so may be changed while it runs. */
export const LATER_OPTIONS: readonly Option[] = [
  text("key", "KEY", "The same key gives the same task"),
  text("max-fails", "N", "When more tasks of its batch have failed, cancel the others"),
  text("on-finish", "COMMAND", "A shell command to run when the task has ended"),
];

/** Of agents' tasks. */
export const BUDGET_OPTIONS: readonly Option[] = [
  text("task-budget", "USD", "All runs of the task together may cost so much, as 20 (as configured)"),
  text("task-tokens", "N", "All runs of the task together may use so many tokens, as 5M (as configured)"),
];

export const RULE_OPTIONS: readonly Option[] = [
  many(
    "after",
    "IDS",
    "Start when these have succeeded: 5, 1-3,7, last, last:3, label:NAME, schedule:NAME; repeat for more",
  ),
  many("after-any", "IDS", "Start when these have ended, however"),
  many("after-failure", "IDS", "Start when these have ended without success"),
  {
    ...text("on-dependency-failure", "WHAT", "When one of these ends otherwise (skip)"),
    choices: ["skip", "cancel", "run", "hold"],
  },
  text("delay", "TIME", "Start no earlier than in so long: 90s, 3h, 2d"),
  text("at", "WHEN", "Start no earlier than then: 2026-12-01T08:00[Europe/Berlin], tomorrow 9am, wednesday 22:30"),
  text("retries", "N", "When it fails or takes too long, run it again at most so often"),
  text("retry-delay", "TIME", "Wait so long before a retry (0s)"),
  {
    ...text("backoff", "HOW", "Wait always as long (the default), or twice as long each time"),
    choices: ["constant", "exponential"],
  },
  {
    name: "jitter",
    type: "boolean",
    describe: "Wait between half of the delay and all of it, so that not all come back at once",
  },
  text("retry-on-exit", "CODES", "Retry only after these exit codes: 75,1-3"),
  text("max-delay", "TIME", "With --backoff exponential: wait at most so long"),
  text("timeout", "TIME", "End it when it has run so long"),
  text("idle-timeout", "TIME", "End it when it has written nothing for so long"),
  text("warn-signal", "NAME@TIME", "Send this signal so long before the timeout: USR1@60s"),
  text("grace", "TIME", "When it is ended: time between SIGTERM and SIGKILL (as configured)"),
  text("slots", "N", "Take so many slots of the group (1)"),
  many("lock", "NAME", "Run alone among the tasks that name this lock; repeat for more"),
  many("claim", "NAME=N", "Take units of a counted resource of the configuration: gpu=1; repeat for more"),
  text("cpus", "N", "Cores it keeps busy"),
  text("memory", "SIZE", "Memory it will use at its peak: 512M, 4G"),
  text("memory-max", "SIZE", "End it when it uses more memory than this"),
  text("output-max", "SIZE", "Keep so much of the output of a run (as configured)"),
  {
    ...text("output-full", "WHAT", "When it writes more: keep head and tail, keep the head, or end it (as configured)"),
    choices: ["truncate-middle", "stop-keeping", "kill"],
  },
];
