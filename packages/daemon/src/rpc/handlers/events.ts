/** The journal, and subscriptions to it. */
import {
  ClaudineError,
  isFinished,
  STATES,
  type Params,
  type Result,
  type Task,
  type TaskId,
  type TaskState,
} from "@claudine/protocol";
import type { State } from "../../core/state.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { take } from "../select.ts";

export const list: Handler<"event.list"> = async (context, { since, limit }, caller) =>
  caller.inTurn(() =>
    context.engine.read((state) => ({
      events: context.store.events(since, limit),
      lastSeq: state.lastSeq,
      firstSeq: context.store.firstSeq(),
    })),
  );

export const subscribe: Handler<"event.subscribe"> = async (context, params, caller) =>
  caller.inTurn(() => begin(context, params, caller));

function begin(
  context: Context,
  params: Params<"event.subscribe">,
  caller: Caller,
): Promise<Result<"event.subscribe">> {
  return context.engine.read((state) => {
    const since = params.since ?? state.lastSeq;
    if (since > state.lastSeq) {
      throw new ClaudineError(
        "not_found",
        `Cannot send the events after ${since}: the journal ends with ${state.lastSeq}`,
        {
          hint: "Subscribe with a snapshot instead, as after a restored backup",
        },
      );
    }
    if (since < context.store.firstSeq() - 1) {
      throw new ClaudineError(
        "not_found",
        `Cannot send the events after ${since}: the journal begins with ${context.store.firstSeq()}`,
        {
          hint: "Subscribe with a snapshot instead; `journalKeep` in the configuration keeps more",
        },
      );
    }
    return {
      subscription: caller.subscribe(since),
      seq: since,
      tasks: params.snapshot ? snapshot(context, state, params.snapshotLimit) : null,
    };
  });
}

export const unsubscribe: Handler<"event.unsubscribe"> = async (_context, { subscription }, caller) => {
  if (!caller.unsubscribe(subscription))
    throw new ClaudineError("not_found", `There is no subscription ${subscription} on this connection`);
  return {};
};

const FINISHED: readonly TaskState[] = STATES.filter(isFinished);

const FAILED: readonly TaskState[] = ["failed", "timed-out", "lost"];
/** Failures would else be gone from a screen as soon as enough others have succeeded. */
const FAILED_SHARE = 0.25;

function snapshot({ store }: Context, state: State, limit: number): Task[] {
  const newest = (names: readonly TaskState[], count: number): TaskId[] =>
    names
      .flatMap((name) => take(store.idsBelow(2 ** 32 - 1, name), count))
      .toSorted((a, b) => b - a)
      .slice(0, count);
  const failed = newest(FAILED, Math.floor(limit * FAILED_SHARE));
  const ids = [...new Set([...failed, ...newest(FINISHED, limit)])].slice(0, limit);
  return [...state.live.values(), ...ids.toSorted((a, b) => b - a).flatMap((id) => store.task(id) ?? [])];
}
