/** From what somebody asks of a schedule to what is stored of it. */
import { createHash, randomUUID } from "node:crypto";
import {
  ClaudineError,
  type AgentTexts,
  type ChangeSchedule,
  type NewSchedule,
  type ScheduleSpec,
  type When,
} from "@claudine/protocol";
import type { Named, ScheduleChange } from "../core/command.ts";
import type { Env } from "../environment/env-vault.ts";
import type { EnvRecord } from "../environment/env-record.ts";
import type { Attached } from "../environment/attached.ts";
import { agentSpecOf } from "./agent-spec.ts";
import type { Context } from "./context.ts";
import { withSignalName } from "./handlers/signals.ts";
import { passedOn, specOf } from "./handlers/submit.ts";
import { wishAfter, type KnownAgent } from "./wish-after.ts";

export type Call = { env: Env; cwd: string; umask: number };
/** What it refers to is to be stored with it. */
type Made = Named & { attached: readonly Attached[] };

/** @throws ClaudineError invalid_params */
export function madeSchedule(context: Context, { name, when, zone, task, ...rules }: NewSchedule, call: Call): Made {
  return naming("add", name, () => {
    const { record, spec, texts } = madeTask(context, task, call);
    const own = zone ?? ownZone();
    context.zones.check(own);
    return {
      name,
      attached: [record, ...texts],
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

type MadeTask = { record: EnvRecord; spec: ScheduleSpec["task"]; texts: readonly AgentTexts[] };

function madeTask(
  context: Context,
  { command = "", agent, ...task }: NewSchedule["task"],
  { env, cwd, umask }: Call,
): MadeTask {
  const record = context.vault.seal({ ...passedOn(env), ...task.env });
  const call = { env, cwd, umask, envId: record.id };
  if (agent === undefined) return { record, spec: withoutUid(specOf(context, { ...task, command }, call)), texts: [] };
  const { spec, texts } = agentSpecOf(context, { ...task, agent }, call);
  return { record, spec: withoutUid(spec), texts: [texts] };
}

function withoutUid<T extends { uid: string }>({ uid: _, ...spec }: T): Omit<T, "uid"> {
  return spec;
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

/** The schedule's name with what is wrong with it: a file has many. */
export function naming<T>(verb: "add" | "edit", name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    const { code, hint, message } = error;
    const ofPrompt = /^Cannot submit: ([^]*)$/.exec(message)?.[1];
    const text =
      ofPrompt === undefined ? `${message} (schedule ${name})` : `Cannot ${verb} schedule ${name}: ${ofPrompt}`;
    throw new ClaudineError(code, text, { hint, cause: error });
  }
}

/** `agent` is what it asks of one, as it is stored. */
export type Known = { spec: ScheduleSpec; env: Env; agent: KnownAgent | undefined };
type Change = { changes: ScheduleChange; attached: readonly Attached[] };

/** `env` is the environment that it has, or is to have. @throws ClaudineError invalid_params */
export function changedSchedule(
  context: Context,
  { when, zone, task, ...rules }: ChangeSchedule,
  { known, cwd, isNewEnv }: { known: Known; cwd: string | undefined; isNewEnv: boolean },
): Change {
  if (zone !== undefined) context.zones.check(zone);
  const made = madeTask(context, askedAfter(known, task), {
    env: known.env,
    cwd: cwd ?? known.spec.task.cwd,
    umask: known.spec.task.umask,
  });
  const { retry, limits: _, needs, budget: __, ...plain } = task ?? {};
  const [limits, budget] = [limitsAfter(context, known, task), budgetAfter(task)];
  const isOwnEnv = isNewEnv || task?.env !== undefined;
  return {
    attached: [...made.texts, ...(isOwnEnv ? [made.record] : [])],
    changes: {
      // What is null is taken away.
      ...Object.fromEntries(Object.entries(rules).map(([name, value]) => [name, value ?? undefined])),
      ...(when === undefined ? {} : { when: storedWhen(context, when, zone ?? known.spec.zone) }),
      ...(zone === undefined ? {} : { zone }),
      ...(task?.held === undefined ? {} : { held: task.held || undefined }),
      task: {
        ...Object.fromEntries(Object.keys(plain).flatMap((key) => entriesOf(made.spec, key))),
        ...agentAfter(known, task, made.spec.agent),
        ...present(withSignalName({ retry, limits, needs, budget })),
        ...(isOwnEnv ? { envId: made.record.id } : {}),
      },
    },
  };
}

type Asked = NewSchedule["task"];

/** All that its task asks for, with what is to be another. @throws ClaudineError invalid_params */
function askedAfter({ spec, agent: known }: Known, task: ChangeSchedule["task"] = {}): Asked {
  const { argv, cwd, agent: stored } = spec.task;
  const { command, agent, retry: _, limits: __, needs: ___, budget: ____, ...plain } = task;
  if (stored !== undefined && command === undefined && task.stdin !== undefined)
    throw new ClaudineError("invalid_params", "Cannot give its task an input: that of an agent is its prompt");
  const rest = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null));
  if (agent !== undefined) return { cwd, ...rest, agent: wishAfter(known, agent) };
  return { cwd, ...rest, command: command ?? argv };
}

/** A command in the place of a prompt takes that away. */
function agentAfter(
  { spec }: Known,
  { command, agent: wish }: NonNullable<ChangeSchedule["task"]> = {},
  agent: ScheduleSpec["task"]["agent"],
): Partial<ScheduleSpec["task"]> {
  if (command !== undefined) return spec.task.agent === undefined ? {} : { agent: undefined, stdin: false };
  const { template } = spec.task.agent ?? {};
  const isSamePrompt = wish?.prompt === undefined && wish?.template === undefined;
  return agent !== undefined && isSamePrompt && template !== undefined ? { agent: { ...agent, template } } : {};
}

/** A prompt in the place of a command gets the time that prompts have. */
function limitsAfter({ agents: { timeoutMs } }: Context, { spec }: Known, task: ChangeSchedule["task"]) {
  const isNew = task?.agent !== undefined && spec.task.agent === undefined;
  const isSaid = task?.limits === null || (task?.limits?.timeoutMs ?? spec.task.limits?.timeoutMs) !== undefined;
  return isNew && !isSaid && timeoutMs !== undefined ? { ...task.limits, timeoutMs } : task?.limits;
}

/** That of a prompt goes with it. */
function budgetAfter({ command, budget }: NonNullable<ChangeSchedule["task"]> = {}) {
  return budget === undefined && command !== undefined ? null : budget;
}

/** What is null was left out, and is undefined here. */
function entriesOf(spec: object, key: string): [string, unknown][] {
  if (key === "env" || key === "held") return [];
  const keys = key === "command" ? ["command", "argv"] : key === "agent" ? ["command", "argv", "stdin", key] : [key];
  return keys.map((one) => [one, Reflect.get(spec, one)]);
}

/** The same for the same declaration; what the environment holds is no part of it, and what a template says is. */
export function digestOf(schedule: NewSchedule, cwd: string, agent: ScheduleSpec["task"]["agent"]): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted({ ...schedule, cwd, ...(agent === undefined ? {} : { agent }) })))
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
