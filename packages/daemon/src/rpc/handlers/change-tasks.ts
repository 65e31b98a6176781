/** Holds, releases, pauses, resumes, retries, removes and cleans. */
import { isFinished, type Result, STATES, type Task, type TaskId, type TaskState } from "@claudine/protocol";
import type { Targets, UserCommand } from "../../core/command.ts";
import type { Fact } from "../../engine.ts";
import type { Context, Handler } from "../context.ts";
import { allIds, selectTasks, taskOf, type Selection } from "../select.ts";
import { infosOf } from "../task-info.ts";
import { untilStartsAreKnown } from "../wait.ts";

type Simple = "hold" | "resume";

/** A handler that turns the selected tasks into one command and shows the tasks it changed. */
function changer(verb: Simple, command: (targets: Targets) => UserCommand): Handler<`task.${Simple}`> {
  return async (context, params, caller) => {
    const targets = await selectTasks(context, { ...chosen(params, verb), scope: "live" }, caller);
    const facts = await context.engine.dispatch(command(targets));
    return { tasks: await infosOf(context, changedIds(facts), caller) };
  };
}

type Choice = { selector: readonly string[]; skipUnfit: boolean };

/** For verbs that change something: a group without a task is none too few. */
export function chosen({ selector, skipUnfit }: Choice, verb: string): Omit<Selection, "scope"> {
  return { words: selector, skipUnfit, wish: { verb, emptyGroups: true } };
}

export function changedIds(facts: readonly Fact[]): TaskId[] {
  return [...new Set(facts.flatMap(({ event }) => ("id" in event ? [event.id] : [])))];
}

export const hold = changer("hold", (targets) => ({ type: "hold", targets, why: { kind: "user" } }));
export const resume = changer("resume", (targets) => ({ type: "resume", targets }));

export const retry: Handler<"task.retry"> = async (context, { env, ...choice }, caller) => {
  const targets = await selectTasks(context, { ...chosen(choice, "retry"), scope: "finished" }, caller);
  const record = env === undefined ? undefined : context.vault.seal(env);
  const command = { type: "retry", targets, envId: record?.id } as const;
  const facts = await context.engine.dispatch(command, record === undefined ? [] : [record]);
  return { tasks: await infosOf(context, changedIds(facts), caller) };
};

export const pause: Handler<"task.pause"> = async (context, params, caller) => {
  const targets = await selectTasks(context, { ...chosen(params, "pause"), scope: "live" }, caller);
  // So that the processes have stopped when the answer comes.
  await untilStartsAreKnown(context, allIds(targets), caller);
  const facts = await context.engine.dispatch({ type: "pause", targets });
  return { tasks: await infosOf(context, changedIds(facts), caller) };
};

export const release: Handler<"task.release"> = async (context, { env, ...choice }, caller) => {
  const targets = await selectTasks(context, { ...chosen(choice, "release"), scope: "live" }, caller);
  const record = env === undefined ? undefined : context.vault.seal(env);
  const facts = await context.engine.dispatch(
    { type: "release", targets, envId: record?.id },
    record === undefined ? [] : [record],
  );
  if (facts.length === 0) await explainWhyNone(context, targets);
  return { tasks: await infosOf(context, changedIds(facts), caller) };
};

/** Tasks that were matched and left out say why, when there were no others. @throws ClaudineError wrong_state */
async function explainWhyNone(context: Context, { matched }: Targets): Promise<void> {
  const left = await context.engine.read((state) => matched.find((id) => isWithoutSecrets(state.live.get(id))));
  if (left !== undefined) await context.engine.dispatch({ type: "release", targets: { named: [left], matched: [] } });
}

function isWithoutSecrets(task: Task | undefined): boolean {
  return task?.status.state === "held" && task.status.why.kind === "environment-lost";
}

export const remove: Handler<"task.remove"> = async (context, params, caller) => {
  const targets = await selectTasks(context, { ...chosen(params, "remove"), scope: "any" }, caller);
  const facts = await context.engine.dispatch({ type: "remove", targets });
  return { ids: changedIds(facts) };
};

const FINISHED: readonly TaskState[] = STATES.filter(isFinished);
/** Looked at or removed in one go, so that other callers get their turn. */
const PIECE = 2000;

export const clean: Handler<"task.clean"> = async (context, params, caller) => {
  const found: TaskId[] = [];
  for (const state of new Set(params.states?.filter(isFinished) ?? FINISHED)) {
    const { matched } = await selectTasks(context, { words: [state], scope: "finished" }, caller);
    for (let start = 0; start < matched.length; start += PIECE) {
      found.push(...(await oldOnes(context, matched.slice(start, start + PIECE), params)));
    }
  }
  if (params.dryRun) return { ids: found.toSorted((a, b) => a - b), output: await outputOf(context, new Set(found)) };
  const removed: TaskId[] = [];
  for (let start = 0; start < found.length; start += PIECE) {
    const matched = found.slice(start, start + PIECE);
    removed.push(...changedIds(await context.engine.dispatch({ type: "remove", targets: { named: [], matched } })));
  }
  return { ids: removed.toSorted((a, b) => a - b) };
};

async function outputOf(context: Context, ids: ReadonlySet<TaskId>): Promise<Result<"task.clean">["output"]> {
  const { runs, sweep } = await context.sweepPreview();
  const bytesOf = (some: typeof runs) => some.reduce((sum, { bytes }) => sum + bytes, 0);
  const swept = sweep.remove.map(({ run: { id, attempt, bytes }, why }) => ({ id, attempt, bytes, why }));
  return { bytes: bytesOf(runs.filter(({ id }) => ids.has(id))), totalBytes: bytesOf(runs), swept };
}

type Wanted = { group?: string | undefined; olderThanMs?: number | undefined };

function oldOnes(context: Context, ids: readonly TaskId[], { group, olderThanMs = 0 }: Wanted): Promise<TaskId[]> {
  const before = Date.now() - olderThanMs;
  return context.engine.read((state) =>
    ids.filter((id) => {
      const task = taskOf(context, state, id);
      const old = task !== undefined && "finishedAt" in task.status && task.status.finishedAt <= before;
      return old && (group === undefined || task.group === group);
    }),
  );
}
