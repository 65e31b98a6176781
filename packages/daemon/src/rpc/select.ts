/** Resolves selectors to task ids, in pieces, so that a million finished tasks don't hold the daemon up. */
import { isFinished, parseSelector, type Task, type TaskId, type TaskState } from "@claudine/protocol";
import type { Targets } from "../core/command.ts";
import type { State } from "../core/state.ts";
import type { Caller, Context } from "./context.ts";
import { TOP } from "./list-candidates.ts";
import { isMet, meet, unmetError, unmetOf, type Unmet } from "./unmet.ts";
import { asksAnywhere, idsOfRanges, matches, readWanted, type Wanted } from "./wanted.ts";

export type Scope = "live" | "finished" | "any";
export type Selection = {
  words: readonly string[];
  scope: Scope;
  wish?: Wish;
  /** Also ids named one by one are left out where they do not fit. */
  skipUnfit?: boolean;
};
/** What is to be done, as in "Cannot wait for …": then each label, group and range must name a task. */
export type Wish = {
  verb: string;
  /** A group that somebody gave slots is no mistake, though it has no task. */
  emptyGroups?: boolean;
};

/** Looked at in one go. */
const PIECE = 2000;

/**
 * Ids named one by one are kept even when there is no such task, so that the command can say so.
 * @throws ClaudineError not_found with a wish
 */
export async function selectTasks(
  context: Context,
  { words, scope, wish, skipUnfit = false }: Selection,
  caller: Caller,
): Promise<Targets> {
  const wanted = readWanted(parseSelector(words));
  const [named, found] = [new Set(wanted.named), new Set<TaskId>()];
  const search: Search = { context, scope, closed: caller.closed, named, found, unmet: unmetOf(wanted) };
  // Ids in a row may be gone as well as single ones.
  if (skipUnfit) search.unmet.ranges.clear();
  if (!isOnlyNamed(wanted)) {
    await caller.inTurn(async () => {
      await findAll(search, wanted);
      if (wish !== undefined) await requireAll(search, wish);
    });
  }
  // Whatever is done to several is done in the order in which they were submitted.
  const inOrder = (ids: Iterable<TaskId>) => [...ids].toSorted((a, b) => a - b);
  if (skipUnfit) return { named: [], matched: inOrder(new Set([...named, ...found])) };
  return { named: [...named], matched: inOrder(found) };
}

/** All ids, each once, ascending; unknown ones too. */
export function allIds(targets: Targets): TaskId[] {
  return [...new Set([...targets.named, ...targets.matched])].toSorted((a, b) => a - b);
}

type Search = {
  context: Context;
  scope: Scope;
  closed: AbortSignal;
  named: Set<TaskId>;
  found: Set<TaskId>;
  unmet: Unmet;
};

function isOnlyNamed({ all, last, states, labels, groups, worktrees, ranges }: Wanted): boolean {
  return !all && last + states.size + labels.size + groups.size + worktrees.size + ranges.length === 0;
}

async function findAll(search: Search, wanted: Wanted): Promise<void> {
  const { context, scope, named, found, unmet } = search;
  const newest = await context.engine.read(() => take(context.store.idsBelow(TOP), wanted.last));
  // `last` names one task, as an id does; `last:3` takes those that allow it.
  for (const id of newest) (wanted.last === 1 ? named : found).add(id);
  if (newest.length > 0) unmet.last = false;
  if (scope === "live") return findLive(search, wanted);
  if (asksAnywhere(wanted)) return scan(search, wanted, idsDownwards(context));
  for (const state of wanted.states) await scan(search, wanted, idsDownwards(context, state));
  const end = await context.engine.read((state) => state.nextId);
  await scan(search, wanted, idsOfRanges(wanted, end));
}

/** What no task was found for may be there in states that do not count here; else it is refused. */
async function requireAll(search: Search, { verb, emptyGroups = false }: Wish): Promise<void> {
  const { context, scope, closed, unmet } = search;
  if (emptyGroups) {
    await context.engine.read(({ groups }) => {
      for (const name of unmet.groups) if (groups.get(name)?.slots !== undefined) unmet.groups.delete(name);
    });
  }
  // The other scopes have looked at every task already.
  if (scope === "live" && !isMet(unmet)) {
    const end = await context.engine.read((state) => state.nextId);
    const everywhere = unmet.last || unmet.labels.size + unmet.groups.size + unmet.worktrees.size > 0;
    const ids = everywhere ? idsDownwards(context) : idsOfRanges({ ranges: [...unmet.ranges] }, end);
    await each(search, ids, (task) => {
      meet(unmet, task);
      return !isMet(unmet);
    });
  }
  if (!isMet(unmet) && !closed.aborted) throw unmetError(verb, unmet);
}

function findLive({ context, found, unmet }: Search, wanted: Wanted): Promise<void> {
  return context.engine.read((state) => {
    for (const task of state.live.values()) {
      if (!matches(wanted, task)) continue;
      meet(unmet, task);
      found.add(task.id);
    }
  });
}

function scan(search: Search, wanted: Wanted, ids: Generator<TaskId>): Promise<void> {
  const { scope, found, unmet } = search;
  return each(search, ids, (task) => {
    if (!matches(wanted, task)) return true;
    meet(unmet, task);
    if (isInScope(task, scope)) found.add(task.id);
    return true;
  });
}

/** Looks at tasks in pieces until there are no more, or `look` has seen enough. */
async function each({ context, closed }: Search, ids: Generator<TaskId>, look: (task: Task) => boolean): Promise<void> {
  let goOn = true;
  while (goOn && !closed.aborted) {
    await context.engine.read((state) => {
      const piece = takeNext(ids, PIECE);
      goOn = piece.length === PIECE;
      for (const id of piece) {
        const task = taskOf(context, state, id);
        if (task !== undefined && !look(task)) {
          goOn = false;
          return;
        }
      }
    });
    if (goOn) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Looks anew for each piece, so that no snapshot of the store is kept over a pause. */
function* idsDownwards(context: Context, state?: TaskState): Generator<TaskId> {
  for (let before: TaskId | undefined = TOP; before !== undefined;) {
    const piece: TaskId[] = take(context.store.idsBelow(before, state), PIECE);
    yield* piece;
    before = piece.length < PIECE ? undefined : piece.at(-1);
  }
}

function isInScope(task: Task, scope: Scope): boolean {
  return scope === "any" || isFinished(task.status.state) === (scope === "finished");
}

/** The first of `items`; what follows is dropped. */
export function take<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  if (count === 0) return taken;
  for (const item of items) if (taken.push(item) >= count) break;
  return taken;
}

/** The next of `items`, which go on afterwards. */
function takeNext<T>(items: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

export function taskOf(context: Context, state: State, id: TaskId): Task | undefined {
  return state.live.get(id) ?? context.store.task(id);
}
