/** Changes of tasks that wait. */
import {
  ClaudineError,
  isFinished,
  type EventBody,
  type Task,
  type TaskChanges,
  type TaskId,
} from "@claudine/protocol";
import { membersOf } from "./batches.ts";
import { reachedNow } from "./budget-ends.ts";
import { limitsOfTask } from "./budgets.ts";
import type { UserCommand } from "./command.ts";
import { checkRules } from "./check-rules.ts";
import type { Facts } from "./decide.ts";
import { delayed } from "./delayed.ts";
import { mergeRules, type ChangeWish } from "./merge-rules.ts";
import { withTimeout } from "./longest-timeout.ts";
import { checkGroups } from "./room.ts";
import { eachTarget, stateWords } from "./targets.ts";

/** Those that matter only when a run ends may be changed while it runs. */
const WHILE_RUNNING: ReadonlySet<string> = new Set(["label", "retry", "key", "onFinish", "maxFails", "budget"]);
const WHILE_RUNNING_HINT =
  "While it runs only label, retries, key, hook, budget and the failures of its batch can be changed";

/** @throws ClaudineError wrong_state, not_found, limit, invalid_params */
export function decideChange(
  facts: Facts,
  { targets, changes }: Extract<UserCommand, { type: "change" }>,
): EventBody[] {
  if (changes.group !== undefined) checkGroups(facts.state, [changes.group]);
  const early = Object.keys(changes).every((name) => WHILE_RUNNING.has(name));
  const ids = new Set([...targets.named, ...targets.matched]);
  if (typeof changes.key === "string" && ids.size > 1)
    throw new ClaudineError("invalid_params", `Cannot change ${ids.size} tasks: a key names one task`);
  const events = eachTarget(facts, targets, {
    verb: "change",
    hint: ({ status }) => ("run" in status ? WHILE_RUNNING_HINT : undefined),
    judge: (task) => {
      const { id, status } = task;
      if (isFinished(status.state) || ("run" in status && !early)) return stateWords(task);
      const event = changeOf(facts, task, { verb: `change task ${id}`, wish: changes });
      return [event, ...reachedBy(facts, event)];
    },
  });
  return withBatches(facts, events);
}

/** A budget that is lowered may be used up by that. */
function reachedBy(facts: Facts, event: EventBody): EventBody[] {
  if (event.type !== "task.changed" || event.changes.budget === undefined) return [];
  return reachedNow(facts, limitsOfTask(facts.state, event.id, event.changes.budget));
}

/** @throws ClaudineError invalid_params */
function refusePrompt({ agent, command }: Task, verb: string, wish: ChangeWish): void {
  if (agent === undefined || wish.command === undefined || wish.command === command) return;
  throw new ClaudineError("invalid_params", `Cannot ${verb}: its work is a prompt, and that stays as it is`, {
    hint: "Cancel it and hand the new prompt to claudine agent",
  });
}

/** @throws ClaudineError invalid_params */
function refuseBudget({ agent }: Task, verb: string, { budget }: ChangeWish): void {
  if (agent !== undefined || budget === undefined || budget === null) return;
  throw new ClaudineError("invalid_params", `Cannot ${verb}: it is no agent's, and has no budget`, {
    hint: "What commands may use is said by --timeout, --memory-max and others",
  });
}

/** @throws ClaudineError not_found, limit, invalid_params, wrong_state (the key is another's) */
export function changeOf(facts: Facts, task: Task, { verb, wish }: { verb: string; wish: ChangeWish }): EventBody {
  const { id } = task;
  refusePrompt(task, verb, wish);
  refuseBudget(task, verb, wish);
  const { delayMs, ...rules } = wish;
  const { ripeAt, ...start } = delayed(facts, { verb, notBefore: wish.notBefore, delayMs });
  const merged = { ...mergeRules(task, verb, rules), ...start };
  const changes = merged.limits === undefined ? merged : withTimeout(facts.state.settings, merged);
  const group = changes.group ?? task.group;
  const after = changes.after === undefined ? task.after : (changes.after ?? []);
  checkRules(facts, { verb, id, group, rules: changes, isAlone: (after ?? []).length === 0 });
  const owner = typeof changes.key === "string" ? facts.keyed(changes.key) : undefined;
  if (owner !== undefined && owner !== id)
    throw new ClaudineError("wrong_state", `Cannot ${verb}: task ${owner} has this key`, {
      hint: `claudine set ${owner} --key none takes it away`,
    });
  const steady = ripeAt === undefined ? {} : { ripeAt };
  return { type: "task.changed", id, changes: withOwnShell(task, changes), ...steady };
}

/** What a batch allows is the same for all of its tasks. */
export function withBatches(facts: Facts, events: readonly EventBody[]): EventBody[] {
  const seen = new Set<TaskId>();
  return events.flatMap((event) => {
    const batch = event.type === "task.changed" ? event.changes.batch : undefined;
    if (batch === undefined || event.type !== "task.changed") return [event];
    const others = seen.has(batch.first) ? [] : membersOf(facts, batch).filter((id) => id !== event.id);
    seen.add(batch.first);
    return [event, ...others.map((id): EventBody => ({ type: "task.changed", id, changes: { batch } }))];
  });
}

/** A command line that is changed still runs by the shell of the person who submitted it. */
function withOwnShell({ argv }: Task, changes: TaskChanges): TaskChanges {
  const [shell = "", dashC] = argv;
  const byShell = argv.length === 3 && dashC === "-c" && changes.argv?.length === 3 && changes.argv[1] === "-c";
  const script = changes.argv?.[2];
  return byShell && script === changes.command && script !== undefined
    ? { ...changes, argv: [shell, "-c", script] }
    : changes;
}
