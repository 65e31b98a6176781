/** Takes tasks into the queue. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { ClaudineError, quoteArgv, type Result, type SubmitTask, type TaskSpec } from "@claudine/protocol";
import type { Entry, Submission } from "../../core/submit.ts";
import type { Env } from "../../environment/env-vault.ts";
import type { EnvRecord } from "../../environment/env-record.ts";
import type { Context, Handler } from "../context.ts";
import { withSignalName } from "./signals.ts";

/** The shell's note of its last command; of no use to a task. */
const NOT_PASSED_ON = ["_"];

/** Of all environments of a call together: each task that has variables of its own has the caller's too. */
const ENV_TEXT_AT_MOST = 256 * 2 ** 20;
/** Sealing takes time: others get their turn after so many. */
const PIECE = 200;

export const submit: Handler<"task.submit"> = async (context, params) => {
  const envs = new Map<string, EnvRecord>();
  const base = passedOn(params.env);
  checkEnvText(base, params.tasks);
  const baseRecord = context.vault.seal(base);
  const tasks: Submission[] = [];
  for (const task of params.tasks) {
    const record = task.env === undefined ? baseRecord : context.vault.seal({ ...base, ...task.env });
    envs.set(record.id, record);
    const spec = specOf(context, task, { ...params, env: base, envId: record.id });
    const { ref, ifRunning, afterSchedules, delayMs } = task;
    const afterRefs = task.after?.flatMap((one) => (one.ref === undefined ? [] : [{ ref: one.ref, on: one.on }]));
    const submission = { spec, held: task.held ?? false, ifRunning, delayMs, ref, afterRefs, afterSchedules };
    if (tasks.push(submission) % PIECE === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const { maxFails } = params;
  const entries = await context.engine.submit({ type: "submit", tasks, maxFails }, [...envs.values()]);
  return taken(entries);
};

/** The caller's environment without what is of no use to a task. */
export function passedOn(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_PASSED_ON.includes(name)));
}

/** The environment of each task, sealed: the caller's, and on top of it its own. @throws ClaudineError too_large */
export function sealAll({ vault }: Context, base: Env, tasks: readonly Pick<SubmitTask, "env">[]): EnvRecord[] {
  checkEnvText(base, tasks);
  const baseRecord = vault.seal(base);
  return tasks.map(({ env }) => (env === undefined ? baseRecord : vault.seal({ ...base, ...env })));
}

/** A task that was not taken is there already: by its key, or as one that is unfinished. */
export function taken(entries: readonly Entry[]): Result<"task.submit"> {
  const taken = new Set(entries.flatMap(({ id, isNew }) => (isNew ? [id] : [])));
  return {
    ids: entries.map(({ id }) => id),
    uids: entries.map(({ uid }) => uid),
    existing: entries.flatMap(({ id }) => (taken.has(id) ? [] : [id])),
  };
}

/** @throws ClaudineError too_large */
function checkEnvText(base: Env, tasks: readonly Pick<SubmitTask, "env">[]): void {
  const shared = textOf(base);
  const text = tasks.reduce((sum, { env }) => (env === undefined ? sum : sum + shared + textOf(env)), shared);
  if (text <= ENV_TEXT_AT_MOST) return;
  throw new ClaudineError("too_large", `Cannot submit: the tasks' environments have ${text} characters together`, {
    hint: "Submit in several calls, or give the tasks fewer variables",
  });
}

function textOf(env: Env): number {
  return Object.entries(env).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

type Call = { cwd: string; umask: number; env: Env; envId: string };

export function specOf(context: Pick<Context, "config">, task: SubmitTask, call: Call): TaskSpec {
  if (!call.cwd.startsWith("/"))
    throw new ClaudineError(
      "invalid_params",
      `Cannot use the working directory "${call.cwd.slice(0, 200)}": it is not absolute`,
    );
  const {
    command,
    label,
    group,
    priority,
    cwd,
    stdin,
    arrayIndex,
    lostRetries,
    env: _env,
    held: _held,
    afterSchedules: _afterSchedules,
    ref: _ref,
    ifRunning: _ifRunning,
    delayMs: _delayMs,
    after,
    ...rules
  } = task;
  return {
    ...withSignalName(rules),
    ...idsIn(after),
    uid: randomUUID(),
    command: typeof command === "string" ? command : quoteArgv(command),
    argv: argvOf(command, context.config.shell ?? task.env?.["SHELL"] ?? call.env["SHELL"]),
    cwd: resolve(call.cwd, cwd ?? "."),
    umask: call.umask,
    envId: call.envId,
    label: label ?? null,
    group: group ?? "default",
    priority: priority ?? 0,
    stdin: stdin ?? false,
    arrayIndex: arrayIndex ?? null,
    lostRetries: lostRetries ?? 0,
  };
}

/** Those on others of the call are known when these have ids. */
function idsIn(after: SubmitTask["after"]): Pick<TaskSpec, "after"> {
  const known = after?.flatMap(({ id, on }) => (id === undefined ? [] : [{ id, on }]));
  return known === undefined || known.length === 0 ? {} : { after: known };
}

/** One word is for the shell. */
export function argvOf(command: string | readonly string[], shell: string | undefined): string[] {
  return typeof command === "string"
    ? [shell === undefined || shell === "" ? "/bin/sh" : shell, "-c", command]
    : [...command];
}
