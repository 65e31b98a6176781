/** Schedules: adding, changing, reading and running them. */
import { setImmediate } from "node:timers/promises";
import {
  ClaudineError,
  firingEnd,
  type Firing,
  type Params,
  type Result,
  type Schedule,
  type ScheduleInfo,
  type ScheduleSpec,
} from "@claudine/protocol";
import { duesOf, noSuchSchedule } from "../../core/schedules.ts";
import type { State } from "../../core/state.ts";
import type { Fact } from "../../engine.ts";
import { environmentOf } from "../../environment/env-vault.ts";
import type { Context, Handler } from "../context.ts";
import { lostNames, scheduleInfos } from "../schedule-info.ts";
import { changedSchedule, madeSchedule, naming } from "../schedule-spec.ts";
import { taskOf } from "../select.ts";
import { refuseLostEnv } from "../lost-env.ts";
import type { KnownAgent } from "../wish-after.ts";
import { passedOn } from "./submit.ts";

export const add: Handler<"schedule.add"> = async (context, { schedule, ...call }) => {
  const { attached, ...named } = madeSchedule(context, schedule, call);
  await context.engine.dispatch({ type: "declare-schedules", declare: { kind: "add", schedule: named } }, attached);
  return infoOf(context, "add", named.name);
};

/** Of so many edits at once each holds. */
const EDITED_AT_ONCE = 100;

export const edit: Handler<"schedule.edit"> = async (context, params) => {
  const { name } = params;
  const specNow = () => context.engine.read((state) => scheduleOf(state, "edit", name).spec);
  for (let tries = 1; ; tries += 1) {
    const spec = await specNow();
    try {
      await editFrom(context, spec, params);
      break;
    } catch (error) {
      // What was made from a prompt, or an environment, that is another one by now is made anew.
      if (tries === EDITED_AT_ONCE || (await specNow()) === spec) throw error;
    }
  }
  return infoOf(context, "edit", name);
};

async function editFrom(
  context: Context,
  spec: ScheduleSpec,
  { name, changes, cwd, env }: Params<"schedule.edit">,
): Promise<void> {
  const lost = env === undefined ? lostNames(context, spec.task.envId) : [];
  if (changes.task?.env !== undefined && lost.length > 0) throw refuseLostEnv(name, lost);
  const own = env === undefined ? environmentOf(context.store.env(spec.task.envId), context.vault) : passedOn(env);
  const known = { spec, env: own, agent: knownAgent(context, spec) };
  const made = naming("edit", name, () =>
    changedSchedule(context, changes, { known, cwd, isNewEnv: env !== undefined }),
  );
  const declare = { kind: "change", name, changes: made.changes, from: spec } as const;
  await context.engine.dispatch({ type: "declare-schedules", declare }, made.attached);
}

/** One whose prompt cannot be read any more needs a new one. */
function knownAgent({ store }: Context, { task: { agent } }: ScheduleSpec): KnownAgent | undefined {
  const texts = agent === undefined ? undefined : store.texts(agent.textsId);
  return agent === undefined || texts === undefined ? undefined : { agent, texts };
}

export const texts: Handler<"schedule.texts"> = async (context, { name }, caller) => {
  const { agent } = await context.engine.read((state) => scheduleOf(state, "show the prompt", name).spec.task);
  if (agent === undefined)
    throw new ClaudineError("wrong_state", `Cannot show the prompt of schedule ${name}: it runs a command`, {
      hint: `claudine schedule show ${name} has it`,
    });
  const found = await caller.inTurn(() => context.engine.read(() => context.store.texts(agent.textsId)));
  if (found === undefined)
    throw new ClaudineError("storage", `Cannot show the prompt of schedule ${name}: it cannot be read`, {
      hint: "claudine doctor says what is wrong with the store",
    });
  const { id: _, changes: __, ...told } = found;
  return { ...told, name };
};

export const list: Handler<"schedule.list"> = async (context, { order, after, limit }, caller) =>
  caller.inTurn(() =>
    context.engine.read((state) => {
      const names = order === "name" ? byName(state, after) : byNext(state);
      const page = names.slice(0, limit);
      const schedules = page.flatMap((name) => state.schedules.all.get(name) ?? []);
      const next = order === "name" && names.length > page.length ? (page.at(-1) ?? null) : null;
      const { all, unread } = state.schedules;
      return { schedules: scheduleInfos(context, state, schedules), next, total: all.size, unread: [...unread] };
    }),
  );

function byName({ schedules }: State, after: string | undefined): string[] {
  return [...schedules.all.keys()].filter((name) => after === undefined || name > after).toSorted();
}

/** Those that are not due at any time come last. */
function byNext({ schedules: { all, dueAt } }: State): string[] {
  const rank = (name: string) => dueAt.get(name) ?? Number.MAX_SAFE_INTEGER;
  return [...all.keys()].toSorted((a, b) => rank(a) - rank(b));
}

export const get: Handler<"schedule.get"> = async (context, { name }) =>
  context.engine.read((state) => {
    const schedule = scheduleOf(state, "show", name);
    const record = context.store.env(schedule.spec.task.envId);
    const sealed = record?.sealed?.names ?? [];
    const [info] = scheduleInfos(context, state, [schedule]);
    if (info === undefined) throw noSuchSchedule(state, "show", name);
    const names = [...Object.keys(record?.plain ?? {}), ...sealed].toSorted();
    return { schedule: info, environment: { names, sealed } };
  });

export const history: Handler<"schedule.history"> = async (context, { name, before, limit }) =>
  context.engine.read((state) => {
    const { firings: newest } = scheduleOf(state, "show the history", name);
    const firings = context.store.firings(name, { before: before ?? newest + 1, limit });
    const last = firings.at(-1)?.number ?? 1;
    return {
      firings: firings.map((firing) => asItIsNow(context, state, firing)),
      next: firings.length < limit || last <= 1 ? null : last,
    };
  });

/** Of a task that has not ended its start is known, too. */
function asItIsNow(context: Context, state: State, firing: Firing): Firing {
  const task = firing.task === null || firing.state !== null ? undefined : taskOf(context, state, firing.task);
  if (task === undefined) return firing;
  const startedAt = "run" in task.status ? (task.status.run.started?.startedAt ?? null) : null;
  return { ...firing, startedAt, ...firingEnd(task) };
}

export const next: Handler<"schedule.next"> = async (context, { name, count }) =>
  context.engine.read((state) => {
    const schedule = scheduleOf(state, "show the next times", name);
    const dues = duesOf(state, schedule);
    const { zone, maxRuns = Number.POSITIVE_INFINITY } = schedule.spec;
    const most = Math.min(count, maxRuns - schedule.fired);
    const times: Result<"schedule.next">["times"] = [];
    let at = dues(Math.max(schedule.anchor, schedule.paused ? Date.now() : 0));
    for (; at !== null && times.length < most; at = dues(at)) times.push({ at, text: context.zones.text(zone, at) });
    return { zone, times };
  });

export const pause: Handler<"schedule.pause"> = async (context, { names }) => {
  await context.engine.dispatch({ type: "pause-schedules", names, paused: true });
  return infosOf(context, names);
};

/** Up to 10 ms each: what was due in the pause is counted. */
const RESUMED_AT_ONCE = 10;

export const resume: Handler<"schedule.resume"> = async (context, { names }) => {
  await context.engine.read((state) => names.forEach((name) => scheduleOf(state, "resume", name)));
  for (let from = 0; from < names.length; from += RESUMED_AT_ONCE) {
    const some = names.slice(from, from + RESUMED_AT_ONCE);
    await context.engine.dispatch({ type: "pause-schedules", names: some, paused: false });
    // Others get their turn.
    await setImmediate();
  }
  return infosOf(context, names);
};

function infosOf({ engine, ...context }: Context, names: string[]): Promise<{ schedules: ScheduleInfo[] }> {
  return engine.read((state) => {
    const schedules = names.flatMap((name) => state.schedules.all.get(name) ?? []);
    return { schedules: scheduleInfos(context, state, schedules) };
  });
}

export const remove: Handler<"schedule.remove"> = async (context, { names }) => {
  await context.engine.dispatch({ type: "remove-schedules", names });
  return {};
};

export const run: Handler<"schedule.run"> = async (context, { name }) => {
  const facts = await context.engine.dispatch({ type: "run-schedule", name });
  return { id: submittedId(facts) };
};

function submittedId(facts: readonly Fact[]): number {
  for (const { event } of facts) if (event.type === "task.submitted") return event.id;
  throw new TypeError("a run of a schedule made no task");
}

function scheduleOf(state: State, verb: string, name: string): Schedule {
  const schedule = state.schedules.all.get(name);
  if (schedule === undefined) throw noSuchSchedule(state, verb, name);
  return schedule;
}

async function infoOf(context: Context, verb: string, name: string): Promise<ScheduleInfo> {
  return context.engine.read((state) => {
    const [info] = scheduleInfos(context, state, [scheduleOf(state, verb, name)]);
    if (info === undefined) throw noSuchSchedule(state, verb, name);
    return info;
  });
}
