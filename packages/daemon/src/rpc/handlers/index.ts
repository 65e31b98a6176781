/** One handler per method; a missing one does not compile. */
import type { Handlers } from "../context.ts";
import * as agents from "./agents.ts";
import * as artifacts from "./artifacts.ts";
import * as budgets from "./budgets.ts";
import { clean, hold, pause, release, remove, resume, retry } from "./change-tasks.ts";
import * as continuing from "./continue.ts";
import { backup, config, doctor, host, metrics, status, stop } from "./daemon.ts";
import { cancel, kill, wait } from "./end-tasks.ts";
import * as events from "./events.ts";
import * as groups from "./groups.ts";
import * as history from "./history.ts";
import { read } from "./logs.ts";
import { get, list } from "./read-tasks.ts";
import { graph } from "./graph.ts";
import { declare } from "./declare-schedules.ts";
import { search } from "./search.ts";
import * as schedules from "./schedules.ts";
import { send } from "./send.ts";
import * as queue from "./queue-tasks.ts";
import { stats } from "./stats.ts";
import { submit } from "./submit.ts";
import * as worktrees from "./worktrees.ts";

export const HANDLERS: Handlers = {
  "task.submit": submit,
  "agent.submit": agents.submit,
  "agent.result": agents.result,
  "agent.continue": continuing.goOn,
  "agent.feedback": continuing.feedback,
  "agent.texts": agents.texts,
  "agent.list": agents.list,
  "agent.free": agents.free,
  "task.list": list,
  "task.get": get,
  "task.kill": kill,
  "task.cancel": cancel,
  "task.pause": pause,
  "task.resume": resume,
  "task.hold": hold,
  "task.release": release,
  "task.change": queue.change,
  "task.edit": queue.edit,
  "task.move": queue.move,
  "task.switch": queue.switchTasks,
  "task.start": queue.start,
  "task.explain": queue.explain,
  "task.graph": graph,
  "task.retry": retry,
  "task.remove": remove,
  "task.clean": clean,
  "task.send": send,
  "task.wait": wait,
  "task.search": search,
  "log.read": read,
  "artifact.list": artifacts.list,
  "artifact.read": artifacts.read,
  "group.list": groups.list,
  "group.set": groups.set,
  "group.limit": groups.limit,
  "group.remove": groups.remove,
  "budget.list": budgets.list,
  "schedule.add": schedules.add,
  "schedule.edit": schedules.edit,
  "schedule.declare": declare,
  "schedule.list": schedules.list,
  "schedule.get": schedules.get,
  "schedule.texts": schedules.texts,
  "schedule.history": schedules.history,
  "schedule.next": schedules.next,
  "schedule.pause": schedules.pause,
  "schedule.resume": schedules.resume,
  "schedule.remove": schedules.remove,
  "schedule.run": schedules.run,
  "worktree.note": worktrees.note,
  "event.list": events.list,
  "event.subscribe": events.subscribe,
  "event.unsubscribe": events.unsubscribe,
  "host.read": host,
  "host.history": history.host,
  "run.list": history.runs,
  "run.course": history.course,
  "run.waited": history.waited,
  "stats.read": stats,
  "metrics.read": metrics,
  "daemon.status": status,
  "daemon.stop": stop,
  "store.backup": backup,
  "doctor.run": doctor,
  "config.get": config,
};
