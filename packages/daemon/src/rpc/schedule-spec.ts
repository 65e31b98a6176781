/** From what somebody asks of a schedule to what is stored of it. */
import { createHash, randomUUID } from "node:crypto";
import { ClaudineError, type ChangeSchedule, type NewSchedule, type ScheduleSpec, type When } from "@claudine/protocol";
import type { Named, ScheduleChange } from "../core/command.ts";
import type { Env } from "../environment/env-vault.ts";
import type { EnvRecord } from "../environment/env-record.ts";
import type { Context } from "./context.ts";
import { withSignalName } from "./handlers/signals.ts";
import { passedOn, specOf } from "./handlers/submit.ts";

export type Call = { env: Env; cwd: string; umask: number };
type Made = Named & { record: EnvRecord };

/** @throws ClaudineError invalid_params */
export function madeSchedule(context: Context, { name, when, zone, task, ...rules }: NewSchedule, call: Call): Made {
  return naming(name, () => {
    const { record, spec } = madeTask(context, task, call);
    const own = zone ?? ownZone();
    context.zones.check(own);
    return {
      name,
      record,
      spec: {
        ...present(rules),
        uid: randomUUID(),
        when: storedWhen(context, when, own),
        zone: own,
        task: spec,
        ...(task.held === true ? { held: true } : {}),
      },
    };
  });
}

function madeTask(context: Context, task: NewSchedule["task"], { env, cwd, umask }: Call) {
  const record = context.vault.seal({ ...passedOn(env), ...task.env });
  const { uid: _, ...spec } = specOf(context, task, { env, cwd, umask, envId: record.id });
  return { record, spec };
}

function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function present<T extends object>(rules: T): T {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as T;
}

/** @throws ClaudineError invalid_params, which names the field of a cron expression */
function storedWhen({ calendar }: Context, when: NewSchedule["when"], zone: string): When {
  switch (when.kind) {
    case "cron": {
      const stored = { kind: "cron", expression: when.expression.trim() } as const;
      // Worked out here, between the turns of others, it is known when the engine asks.
      calendar.next(stored, zone, Date.now());
      return stored;
    }
    case "every":
      return { kind: "every", everyMs: when.everyMs, from: when.from ?? wholeSecond(Date.now()) };
    case "at":
      return when;
  }
}

function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

/** The schedule's name before what is wrong with it: a file has many. */
function naming<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    throw new ClaudineError(error.code, `${error.message} (schedule ${name})`, { hint: error.hint, cause: error });
  }
}

export type Known = { spec: ScheduleSpec; env: Env };
type Change = { changes: ScheduleChange; record: EnvRecord | undefined };

/** `env` is the environment that it has, or is to have. @throws ClaudineError invalid_params */
export function changedSchedule(
  context: Context,
  { when, zone, task, ...rules }: ChangeSchedule,
  { known, cwd, isNewEnv }: { known: Known; cwd: string | undefined; isNewEnv: boolean },
): Change {
  if (zone !== undefined) context.zones.check(zone);
  const { umask, argv, cwd: knownCwd } = known.spec.task;
  const { retry, limits, needs, ...plain } = task ?? {};
  const given = Object.entries(plain).filter(([, value]) => value !== null);
  const asked: NewSchedule["task"] = { command: argv, cwd: knownCwd, ...Object.fromEntries(given) };
  const made = madeTask(context, asked, { env: known.env, cwd: cwd ?? knownCwd, umask });
  const isOwnEnv = isNewEnv || task?.env !== undefined;
  return {
    record: isOwnEnv ? made.record : undefined,
    changes: {
      // What is null is taken away.
      ...Object.fromEntries(Object.entries(rules).map(([name, value]) => [name, value ?? undefined])),
      ...(when === undefined ? {} : { when: storedWhen(context, when, zone ?? known.spec.zone) }),
      ...(zone === undefined ? {} : { zone }),
      ...(task?.held === undefined ? {} : { held: task.held || undefined }),
      task: {
        ...Object.fromEntries(Object.keys(plain).flatMap((key) => entriesOf(made.spec, key))),
        ...present(withSignalName({ retry, limits, needs })),
        ...(isOwnEnv ? { envId: made.record.id } : {}),
      },
    },
  };
}

/** What is null was left out, and is undefined here. */
function entriesOf(spec: object, key: string): [string, unknown][] {
  if (key === "env" || key === "held") return [];
  const keys = key === "command" ? ["command", "argv"] : [key];
  return keys.map((one) => [one, Reflect.get(spec, one)]);
}

/** The same for the same declaration; what the environment holds is no part of it. */
export function digestOf(schedule: NewSchedule, cwd: string): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted({ ...schedule, cwd })))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
