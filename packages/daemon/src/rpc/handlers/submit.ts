/** Takes tasks into the queue. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { ClaudineError, quoteArgv, type SubmitTask, type TaskSpec } from "@claudine/protocol";
import type { Env } from "../../env-vault.ts";
import type { EnvRecord } from "../../env-record.ts";
import type { Context, Handler } from "../context.ts";

/** The shell's note of its last command; of no use to a task. */
const NOT_PASSED_ON = ["_"];

/** Of all environments of a call together: each task that has variables of its own has the caller's too. */
const ENV_TEXT_AT_MOST = 256 * 2 ** 20;
/** Sealing takes time: others get their turn after so many. */
const PIECE = 200;

export const submit: Handler<"task.submit"> = async (context, params) => {
  const envs = new Map<string, EnvRecord>();
  const base = Object.fromEntries(Object.entries(params.env).filter(([name]) => !NOT_PASSED_ON.includes(name)));
  checkEnvText(base, params.tasks);
  const baseRecord = context.vault.seal(base);
  const tasks: { spec: TaskSpec; held: boolean }[] = [];
  for (const task of params.tasks) {
    const record = task.env === undefined ? baseRecord : context.vault.seal({ ...base, ...task.env });
    envs.set(record.id, record);
    const spec = specOf(context, task, { ...params, env: base, envId: record.id });
    if (tasks.push({ spec, held: task.held ?? false }) % PIECE === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const facts = await context.engine.dispatch({ type: "submit", tasks }, [...envs.values()]);
  const ids = facts.flatMap(({ event }) => (event.type === "task.submitted" ? [event.id] : []));
  return { ids, uids: tasks.map(({ spec }) => spec.uid) };
};

/** @throws ClaudineError too_large */
function checkEnvText(base: Env, tasks: readonly SubmitTask[]): void {
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

function specOf(context: Context, task: SubmitTask, call: Call): TaskSpec {
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
    ...rules
  } = task;
  return {
    ...rules,
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

/** One word is for the shell. */
export function argvOf(command: string | readonly string[], shell: string | undefined): string[] {
  return typeof command === "string"
    ? [shell === undefined || shell === "" ? "/bin/sh" : shell, "-c", command]
    : [...command];
}
