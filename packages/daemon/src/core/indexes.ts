/** Keeps every index of the state in step with the tasks. */
import { rankOf } from "@claudine/protocol/rank";
import type { LiveRun, Task, TaskId } from "@claudine/protocol";
import { endProbe, noteProbe } from "./agent-limits.ts";
import { linkAlike, unlinkAlike } from "./alike.ts";
import { noteFailure } from "./batches.ts";
import { leave, take } from "./counted.ts";
import { nextDue } from "./deadlines.ts";
import { joinFollowers, leaveFollowers, settle, stand, standBack } from "./followers.ts";
import { linkDependencies, unlinkDependencies } from "./dependencies.ts";
import { groupOf } from "./groups.ts";
import { linkFiring, unlinkFiring } from "./schedules.ts";
import { specText } from "./size.ts";
import type { State } from "./state.ts";

/** Moves a task from one version to the next in every index. */
export function indexTask(state: State, before: Task | undefined, after: Task | undefined): void {
  const goesOn = before !== undefined && after !== undefined && "run" in before.status && "run" in after.status;
  noteFailure(state, before, after);
  if (before !== undefined) unindex(state, before, goesOn);
  if (after !== undefined) index(state, after);
  if (before !== undefined) settle(state, before);
  if (after !== undefined) settle(state, after);
  if (before !== undefined && "finishedAt" in before.status && state.live.has(before.id)) sendBack(state, before.id);
}

/** Those that depend on a task that runs again wait for it again, also if they were in line already. */
function sendBack(state: State, id: TaskId): void {
  for (const dependent of state.waiting.dependents.get(id) ?? []) {
    const task = state.live.get(dependent);
    if (task?.status.state !== "queued" || state.waiting.later.has(dependent)) continue;
    groupOf(state, task.group).ready.delete(dependent);
    state.waiting.short.delete(dependent);
    leave(state, task);
    standBack(state, task);
    state.waiting.unjudged.add(dependent);
    settle(state, task);
  }
}

/** A run that goes on keeps what it has. */
function unindex(state: State, task: Task, goesOn: boolean): void {
  if (!state.live.delete(task.id)) return;
  const { id, status } = task;
  state.text -= specText(task);
  if (task.key !== undefined) state.keys.delete(task.key);
  leaveFollowers(state, task);
  unlinkAlike(state, task);
  state.deadlines.delete(id);
  unlinkFiring(state.schedules, task);
  unlinkDependencies(state, task);
  if (!goesOn) endProbe(state.providers, task);
  if (!goesOn) leave(state, task);
  const group = groupOf(state, task.group);
  if (status.state === "queued") {
    group.queued -= 1;
    group.ready.delete(id);
    state.waiting.later.delete(id);
    state.waiting.ripening.delete(id);
    state.waiting.unjudged.delete(id);
    state.waiting.short.delete(id);
  }
  state.paused.delete(id);
  if (!state.inFlight.delete(id)) return;
  const width = "run" in status ? (status.run.slots ?? 1) : 1;
  group.running -= 1;
  group.used -= width;
  state.used -= width;
}

function index(state: State, task: Task): void {
  const { id, status } = task;
  if ("finishedAt" in status) {
    state.idle.delete(id);
    for (const dependent of state.waiting.dependents.get(id) ?? []) rejudge(state, dependent);
    return;
  }
  state.live.set(id, task);
  linkFiring(state.schedules, task);
  state.text += specText(task);
  if (task.key !== undefined) state.keys.set(task.key, id);
  linkAlike(state, task);
  linkDependencies(state, task);
  joinFollowers(state, task);
  if (status.state === "queued") indexQueued(state, task);
  else if ("run" in status) indexRun(state, task, status.run);
}

/** Where it waits first; `plan` moves it on when that is over. */
function indexQueued(state: State, task: Task): void {
  if (task.status.state !== "queued") return;
  state.idle.delete(task.id);
  groupOf(state, task.group).queued += 1;
  const { notBefore, ripeAt } = task.status;
  if (notBefore === undefined) return enterLine(state, task);
  if ((task.after ?? []).length === 0) stand(state, task);
  state.waiting.later.set(task.id, [notBefore]);
  if (ripeAt !== undefined) state.waiting.ripening.set(task.id, [ripeAt]);
}

/** Its time has come: what remains are its dependencies, resources and a slot. */
export function enterLine(state: State, task: Task): void {
  state.waiting.later.delete(task.id);
  state.waiting.ripening.delete(task.id);
  if (task.after !== undefined && task.after.length > 0) state.waiting.unjudged.add(task.id);
  else enterReady(state, task);
}

/** What it depends on has ended: who follows others waits for its turn, and then for a slot. */
export function enterReady(state: State, task: Task): void {
  stand(state, task);
  if (task.follows === undefined) groupOf(state, task.group).ready.set(task.id, rankOf(task, state.settings));
  settle(state, task);
}

function rejudge(state: State, id: TaskId): void {
  if (state.live.get(id)?.status.state === "queued" && !state.waiting.later.has(id)) state.waiting.unjudged.add(id);
}

function indexRun(state: State, task: Task, run: LiveRun): void {
  const group = groupOf(state, task.group);
  const width = run.slots ?? 1;
  group.running += 1;
  group.used += width;
  state.used += width;
  state.inFlight.add(task.id);
  if (task.status.state === "paused") state.paused.add(task.id);
  noteProbe(state.providers, task);
  take(state, task, run.units);
  if (!state.idle.has(task.id)) startIdleWatch(state, task);
  setDeadline(state, task);
}

/** Called also when only the time of a look has changed. */
export function setDeadline(state: State, task: Task): void {
  const due = nextDue(state, task);
  if (due === undefined) state.deadlines.delete(task.id);
  else state.deadlines.set(task.id, [due.at, task.id]);
}

/** Somebody looks at once, and then from time to time, whether the run still writes. */
function startIdleWatch(state: State, task: Task): void {
  if (!("run" in task.status) || task.limits?.idleTimeoutMs === undefined) return;
  if (task.status.run.started !== undefined) state.idle.set(task.id, { lookAt: 0 });
}
