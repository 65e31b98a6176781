/** Commands that name tasks: each is allowed in some states and turns into one event per task. */
import { ClaudineError, isFinished, type EventBody, type HoldWhy, type Task, type TaskId } from "@claudine/protocol";
import type { Targets, UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import { circleOf } from "./dependencies.ts";

/** The events for one task, or the reason why not. */
export type Verdict = readonly EventBody[] | string;

/** Applies `judge` to every target, all or none.
 *  @throws ClaudineError not_found, wrong_state for a named target */
export function eachTarget(
  facts: Facts,
  targets: Targets,
  rule: { verb: string; hint?: (task: Task) => string | undefined; judge: (task: Task) => Verdict },
): EventBody[] {
  const events: EventBody[] = [];
  const named = new Set(targets.named);
  for (const id of new Set([...targets.named, ...targets.matched])) {
    const task = facts.lookup(id);
    const verdict = task === undefined ? undefined : rule.judge(task);
    const hint = task === undefined ? undefined : rule.hint?.(task);
    if (verdict !== undefined && typeof verdict !== "string") for (const event of verdict) events.push(event);
    else if (named.has(id)) throw refusal({ verb: rule.verb, id, why: verdict, hint });
  }
  return events;
}

function refusal(what: { verb: string; id: TaskId; why: string | undefined; hint: string | undefined }): ClaudineError {
  const { verb, id, why, hint } = what;
  return why === undefined
    ? new ClaudineError("not_found", `Cannot ${verb} task ${id}: there is no such task`, {
        hint: "`claudine list --all` shows every task",
      })
    : new ClaudineError("wrong_state", `Cannot ${verb} task ${id}: ${why}`, { hint });
}

type TargetCommand = Extract<UserCommand, { type: "hold" | "release" | "pause" | "resume" | "retry" | "remove" }>;

export function decideTargets(facts: Facts, command: TargetCommand): EventBody[] {
  const going = new Set([...command.targets.named, ...command.targets.matched]);
  const seen = command.type === "retry" ? withRetried(facts, going) : facts;
  const judge = (task: Task): Verdict => {
    if (command.type === "remove") return judgeRemove(facts, going, task);
    return (command.type === "retry" ? circleBy(seen, task) : undefined) ?? judgeTarget(command, task);
  };
  return eachTarget(facts, command.targets, { verb: command.type, judge, hint: () => HINTS[command.type] });
}

const HINTS: Readonly<Partial<Record<TargetCommand["type"], string>>> = {
  retry: "Only finished tasks can be retried; `claudine submit` takes a new one",
  remove: "End it first with `claudine kill` or `claudine cancel`",
};

/** What one task that is queued again would wait for, when it is waited for by it in turn. */
export function circleIfAgain(facts: Facts, task: Task): string | undefined {
  return circleBy(withRetried(facts, new Set([task.id])), task);
}

/** Those that are tried again together wait for each other again. */
function withRetried(facts: Facts, ids: ReadonlySet<TaskId>): Facts {
  return { ...facts, edited: new Map([...ids].map((id) => [id, facts.lookup(id)?.after ?? []])) };
}

/** What had ended when others were made to wait for it may have been made to wait for them since. */
function circleBy(facts: Facts, { id, after = [], status }: Task): string | undefined {
  if (after.length === 0 || !isFinished(status.state)) return undefined;
  const path = circleOf(facts, { id, after });
  return path === undefined
    ? undefined
    : `the tasks would wait for each other in a circle (${[id, ...path].join(" after ")})`;
}

/** What others wait for stays, unless they go in the same command. */
function judgeRemove({ state }: Facts, going: ReadonlySet<TaskId>, task: Task): Verdict {
  const dependents = [...(state.waiting.dependents.get(task.id) ?? [])];
  const left = dependents.find((id) => !going.has(id));
  if (left !== undefined) return `task ${left} waits for it`;
  return "run" in task.status ? stateWords(task) : [{ type: "task.removed", id: task.id, attempts: task.attempt }];
}

function judgeTarget(command: Exclude<TargetCommand, { type: "remove" }>, task: Task): Verdict {
  const { id, status } = task;
  switch (command.type) {
    case "hold":
      return mayHold(command.why, task) ? [{ type: "task.held", id, why: command.why }] : stateWords(task);
    case "release":
      return status.state === "held" ? judgeRelease(command, task) : stateWords(task);
    case "pause":
      // Then it is a person's wish, and does not go on by itself any more.
      if (status.state === "paused" && status.pressure !== undefined)
        return [{ type: "run.paused", id, attempt: status.run.attempt }];
      if (status.state !== "running") return stateWords(task);
      if (status.run.stopping !== undefined) return "it is being ended";
      return [{ type: "run.paused", id, attempt: status.run.attempt }];
    case "resume":
      return status.state === "paused" ? [{ type: "run.resumed", id, attempt: status.run.attempt }] : stateWords(task);
    case "retry":
      return isFinished(status.state) ? [{ type: "task.retried", id, ...givenAnew(command) }] : stateWords(task);
  }
}

/** What a person has held stays held for the graver reason. */
function mayHold(why: HoldWhy, { status }: Task): boolean {
  return status.state === "queued" || (status.state === "held" && why.kind === "environment-lost");
}

function judgeRelease(command: Extract<TargetCommand, { type: "release" }>, task: Task): Verdict {
  const { id, status } = task;
  if (status.state === "held" && status.why.kind === "environment-lost" && command.envId === undefined) {
    return (
      `its secret variables (${status.why.names.join(", ")}) are gone; ` +
      `\`claudine release ${id} --env\` from a shell that has them takes them anew`
    );
  }
  return [{ type: "task.released", id, ...givenAnew(command) }];
}

function givenAnew({ envId }: { envId?: string | undefined }): { envId?: string } {
  return envId === undefined ? {} : { envId };
}

/** `it is queued`, `it has already finished (failed)`. */
export function stateWords(task: Task): string {
  const { state } = task.status;
  return isFinished(state) ? `it has already finished (${state})` : `it is ${state}`;
}
