/** From a command to the events that carry it out, or the reason why it cannot be. Pure. */
import type { Dependency, EventBody, Task, TaskId } from "@claudine/protocol";
import type { Command } from "./command.ts";
import { decideForget } from "./agent-limits.ts";
import { decideReport } from "./reports.ts";
import { dayAt, hasDaily, type SpentBy } from "./budgets.ts";
import type { State } from "./state.ts";
import { decideTargets } from "./targets.ts";
import { decideStop } from "./stop.ts";
import { decideContinue } from "./continue.ts";
import { decideChange } from "./change.ts";
import { decideEdit } from "./edit.ts";
import { decideGroup } from "./group-commands.ts";
import { decideMove } from "./move.ts";
import { decideSchedule } from "./schedule-commands.ts";
import { decideSubmit, type Entry } from "./submit.ts";
import { decideStart } from "./force.ts";
import { decideTell } from "./tell.ts";
import { decideWorktree } from "./worktree-notes.ts";

/** `lookup` finds any task, finished ones too. */
export type Facts = {
  state: State;
  lookup: (id: TaskId) => Task | undefined;
  /** What tasks are about to depend on instead, by changes that belong together. */
  edited?: ReadonlyMap<TaskId, readonly Dependency[]>;
  /** The task that has a key, unfinished or not. */
  keyed: (key: string) => TaskId | undefined;
  /** There is something of that task, and it cannot be read. */
  isUnreadable: (id: TaskId) => boolean;
  spentBy: SpentBy;
  /** The steady clock, for deadlines. */
  now: number;
  /** Epoch ms. */
  wall: number;
  /** Since when, on the steady clock, both go alike. */
  evenSince: number;
};

/** `entries` are those of a submit, also those for which no task had to be taken. */
export type Decision = { events: readonly EventBody[]; entries: readonly Entry[] };

/** @throws ClaudineError not_found, wrong_state, limit for commands of people; reports never throw */
export function decide(facts: Facts, command: Command): Decision {
  // Which budgets of a day are used up is about today.
  if (hasDaily(facts.state) || givesBudget(command)) dayAt(facts.state, facts.wall);
  return command.type === "submit"
    ? decideSubmit(facts, command.tasks, command.maxFails)
    : { events: eventsOf(facts, command), entries: [] };
}

function givesBudget(command: Command): boolean {
  return command.type === "set-group" && command.budget !== undefined;
}

function eventsOf(facts: Facts, command: Exclude<Command, { type: "submit" }>): EventBody[] {
  switch (command.type) {
    case "set-group":
    case "remove-group":
      return decideGroup(facts.state, command);
    case "declare-schedules":
    case "pause-schedules":
    case "remove-schedules":
    case "run-schedule":
      return decideSchedule(facts, command);
    case "continue":
      return decideContinue(facts, command);
    case "tell":
      return decideTell(facts, command);
    case "change":
      return decideChange(facts, command);
    case "edit":
      return decideEdit(facts, command);
    case "move":
    case "swap":
      return decideMove(facts, command);
    case "forget-limit":
      return decideForget(facts.state, command.agent);
    case "note-worktree":
      return decideWorktree(facts, command.note);
    case "start":
      return decideStart(facts, command.targets);
    case "stop":
    case "signal":
      return decideStop(facts, command);
    case "hold":
    case "release":
    case "pause":
    case "resume":
    case "retry":
    case "remove":
      return decideTargets(facts, command);
    case "report-started":
    case "report-ended":
    case "report-memory":
    case "report-worktree":
    case "report-output":
    case "report-attention":
    case "report-answers":
    case "report-spending":
    case "report-no-environment":
    case "report-daemon":
      return decideReport(facts, command);
  }
}
