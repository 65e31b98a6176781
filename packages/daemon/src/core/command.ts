/** Everything that can be asked of the engine, by people and by the reports of processes. */
import type {
  AgentEnd,
  GroupBudgetParts,
  HoldWhy,
  Outcome,
  ProcessIdentity,
  ScheduleSpec,
  StopCause,
  TaskId,
  Usage,
  Worktree,
  WorktreeNote,
  WorktreeStep,
} from "@claudine/protocol";

import type { AttentionReport } from "./agents.ts";
import type { SpendingReport } from "./budget-ends.ts";
import type { ContinueCommand } from "./continue.ts";
import type { ChangeWish } from "./merge-rules.ts";
import type { Submission } from "./submit.ts";
import type { TellCommand } from "./tell.ts";

/** Tasks `named` one by one must each allow the command; those `matched` by a range or word are taken where they do. */
export type Targets = { named: readonly TaskId[]; matched: readonly TaskId[] };

export type Submit = { type: "submit"; tasks: readonly Submission[]; maxFails?: number | undefined };
export type UserCommand =
  | Submit
  | { type: "hold"; targets: Targets; why: HoldWhy }
  | { type: "release"; targets: Targets; envId?: string | undefined }
  | {
      type: "stop";
      targets: Targets;
      cause: StopCause;
      signal: string;
      /** As the task or the configuration says unless given. */
      graceMs?: number | undefined;
      note: string | null;
      /** Also what depends on them. */
      cascade?: boolean;
    }
  | { type: "signal"; targets: Targets; signal: string }
  | { type: "pause"; targets: Targets }
  | { type: "resume"; targets: Targets }
  | { type: "retry"; targets: Targets; envId?: string | undefined }
  | ContinueCommand
  | TellCommand
  | { type: "remove"; targets: Targets }
  | { type: "change"; targets: Targets; changes: ChangeWish }
  | { type: "edit"; edits: readonly { id: TaskId; changes: ChangeWish }[]; retry: boolean; skipUnfit?: boolean }
  | { type: "move"; targets: Targets; to: Place }
  | { type: "swap"; ids: readonly [TaskId, TaskId] }
  | { type: "start"; targets: Targets }
  | {
      type: "set-group";
      name: string;
      slots?: number | null | undefined;
      paused?: boolean | undefined;
      budget?: GroupBudgetParts | null | undefined;
    }
  | { type: "remove-group"; name: string }
  | { type: "forget-limit"; agent: string }
  | { type: "declare-schedules"; declare: Declaration }
  | { type: "pause-schedules"; names: readonly string[]; paused: boolean }
  | { type: "remove-schedules"; names: readonly string[] }
  | { type: "run-schedule"; name: string }
  | { type: "note-worktree"; note: WorktreeNote };

export type Named = { name: string; spec: ScheduleSpec };
export type Declaration =
  | { kind: "add"; schedule: Named }
  /** `from` is what the changes were made from; it is that still. */
  | { kind: "change"; name: string; changes: ScheduleChange; from?: ScheduleSpec }
  /** Those of a file, which are to be as they are there; with `prune` no others are of that file. */
  | { kind: "reconcile"; schedules: readonly Named[]; prune: string | undefined };

/** Undefined takes a rule away. */
export type ScheduleChange = Partial<Omit<ScheduleSpec, "task">> & {
  task?: Partial<Omit<ScheduleSpec["task"], RuleName>> & Pick<ChangeWish, RuleName>;
};
/** Of these the parts that were not said stay. */
type RuleName = "retry" | "limits" | "needs" | "budget";

/** Where in its line a task goes. */
export type Place = "front" | "back" | { before: TaskId };

/** What happened outside; never refused, ignored when it is about a run that is over. */
export type Report =
  | { type: "report-started"; id: TaskId; attempt: number; process: ProcessIdentity; startedAt: number }
  | {
      type: "report-ended";
      id: TaskId;
      attempt: number;
      outcome: Outcome;
      startedAt: number | null;
      finishedAt: number;
      usage: Usage;
      /** The kernel has ended it because it reached its limit of memory. */
      overMemory?: boolean;
      /** What the agent did and answered. */
      agent?: AgentEnd | undefined;
      /** Why it was not started, in words. */
      note?: string | undefined;
    }
  | { type: "report-worktree"; id: TaskId; step: WorktreeStep; worktree: Worktree }
  | AttentionReport
  | SpendingReport
  /** A run whose provider had met its limit gets answers from it. */
  | { type: "report-answers"; id: TaskId; attempt: number }
  | { type: "report-memory"; id: TaskId; attempt: number; rssBytes: number }
  | { type: "report-output"; id: TaskId; attempt: number; bytes: number; maxBytes: number }
  | { type: "report-no-environment"; id: TaskId; attempt: number; names: readonly string[] }
  | { type: "report-daemon"; started: boolean; pid: number; version: string; bootId: string };

export type Command = UserCommand | Report;

export function isReport(command: Command): command is Report {
  return command.type.startsWith("report-");
}

/** What a process did stays true, whether it can be written now or not. */
export function isReportOfRun(command: Command): boolean {
  return isReport(command) && command.type !== "report-daemon";
}
