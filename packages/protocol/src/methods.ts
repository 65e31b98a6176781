/** The method table: one row gives the client its types, the daemon its validation and the docs their page. */
import * as z from "zod";
import { TaskEvent } from "./event.ts";
import { AGENTS_METHODS } from "./methods/agents.ts";
import { ARTIFACTS_METHODS } from "./methods/artifacts.ts";
import { BUDGETS_METHODS } from "./methods/budgets.ts";
import { DAEMON_METHODS } from "./methods/daemon.ts";
import { EVENTS_METHODS } from "./methods/events.ts";
import { GROUPS_METHODS } from "./methods/groups.ts";
import { HISTORY_METHODS } from "./methods/history.ts";
import { OUTPUT_METHODS } from "./methods/output.ts";
import { QUEUE_METHODS } from "./methods/queue.ts";
import { READING_METHODS } from "./methods/reading.ts";
import { RUNNING_METHODS } from "./methods/running.ts";
import { SCHEDULES_METHODS } from "./methods/schedules.ts";
import { SEARCH_METHODS } from "./methods/search.ts";
import { WORKTREES_METHODS } from "./methods/worktrees.ts";

export * from "./params.ts";

export const METHODS = {
  ...QUEUE_METHODS,
  ...AGENTS_METHODS,
  ...RUNNING_METHODS,
  ...READING_METHODS,
  ...OUTPUT_METHODS,
  ...ARTIFACTS_METHODS,
  ...SEARCH_METHODS,
  ...GROUPS_METHODS,
  ...BUDGETS_METHODS,
  ...SCHEDULES_METHODS,
  ...WORKTREES_METHODS,
  ...EVENTS_METHODS,
  ...HISTORY_METHODS,
  ...DAEMON_METHODS,
} as const;

export type MethodName = keyof typeof METHODS;
/** What a caller writes (defaults left out). */
export type ParamsIn<M extends MethodName> = z.input<(typeof METHODS)[M]["params"]>;
/** What a handler gets (defaults filled in). */
export type Params<M extends MethodName> = z.output<(typeof METHODS)[M]["params"]>;
export type Result<M extends MethodName> = z.output<(typeof METHODS)[M]["result"]>;

/** The notification that carries events of a subscription. */
export const EventNotification = z.object({ subscription: z.int(), events: z.array(TaskEvent) });
export type EventNotification = z.infer<typeof EventNotification>;
