/** All tools, in the order in which clients are shown them. */
import type { Tool } from "../tool.ts";
import { cancel } from "./cancel.ts";
import { goOn } from "./continue.ts";
import { delegate } from "./delegate.ts";
import { explain } from "./explain.ts";
import { list } from "./list.ts";
import { logs } from "./logs.ts";
import { result } from "./result.ts";
import { retry } from "./retry.ts";
import { schedule } from "./schedule.ts";
import { schedules } from "./schedules.ts";
import { stats } from "./stats.ts";
import { status } from "./status.ts";
import { submit } from "./submit.ts";
import { unschedule } from "./unschedule.ts";
import { wait } from "./wait.ts";

export const TOOLS: readonly Tool[] = [
  submit,
  delegate,
  status,
  list,
  wait,
  result,
  logs,
  explain,
  retry,
  goOn,
  cancel,
  schedules,
  schedule,
  unschedule,
  stats,
];
