/** Makes the schedules of a file be as it says. */
import { ClaudineError, type EventBody, type Result } from "@claudine/protocol";
import type { Declaration } from "../../core/command.ts";
import { declare as decideDeclare } from "../../core/schedule-commands.ts";
import type { Attached } from "../../environment/attached.ts";
import type { Context, Handler } from "../context.ts";
import { mapInPieces } from "../pieces.ts";
import { digestOf, madeSchedule } from "../schedule-spec.ts";

export const declare: Handler<"schedule.declare"> = async (context, params) => {
  const { schedules, origin, prune, dryRun, ...call } = params;
  const names = schedules.map(({ name }) => name);
  checkNames(names);
  const attached = new Map<string, Attached>();
  const made = await mapInPieces(schedules, (schedule) => {
    const { attached: own, name, spec } = madeSchedule(context, schedule, call);
    for (const one of own) attached.set(one.id, one);
    return { name, spec: { ...spec, origin, digest: digestOf(schedule, call.cwd, spec.task.agent) } };
  });
  const declaration: Declaration = { kind: "reconcile", schedules: made, prune: prune ? origin : undefined };
  const events = dryRun
    ? await wouldBe(context, declaration)
    : await become(context, declaration, [...attached.values()]);
  return answer(names, events);
};

/** @throws ClaudineError invalid_params */
function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new ClaudineError("invalid_params", `Cannot declare schedule ${name} twice`);
    seen.add(name);
  }
}

function wouldBe({ engine, store }: Context, declaration: Declaration): Promise<EventBody[]> {
  return engine.read((state) => {
    const { keyed, isUnreadable } = store;
    const lookup = (id: number) => state.live.get(id) ?? store.task(id);
    const spentBy = () => undefined;
    const facts = { state, lookup, keyed, isUnreadable, spentBy, now: 0, wall: Date.now(), evenSince: 0 };
    return decideDeclare(facts, declaration);
  });
}

async function become(
  { engine }: Context,
  declaration: Declaration,
  attached: readonly Attached[],
): Promise<EventBody[]> {
  const facts = await engine.dispatch({ type: "declare-schedules", declare: declaration }, attached);
  return facts.map(({ event }) => event);
}

function answer(names: readonly string[], events: readonly EventBody[]): Result<"schedule.declare"> {
  const named = (type: EventBody["type"]) =>
    events.flatMap((event) => (event.type === type && "name" in event ? [event.name] : []));
  const [added, changed, removed] = [named("schedule.added"), named("schedule.changed"), named("schedule.removed")];
  const touched = new Set([...added, ...changed]);
  const unchanged = names.filter((name) => !touched.has(name));
  return { added, changed, removed, unchanged };
}
