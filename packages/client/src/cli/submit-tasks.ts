/** Makes the tasks of one `submit` from its words, files and arrays. */
import { resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { SubmitTask } from "@claudine/protocol/methods";
import type { Input, Io } from "./command.ts";
import { mayBeReplaced } from "./replaced.ts";
import { flag, type Flagged, list, number, text } from "./input.ts";
import { priorityFrom } from "./priority.ts";
import { BUDGET_OPTIONS, RULE_OPTIONS } from "./rules/options.ts";
import { WORKTREE_OPTIONS } from "./rules/worktree-options.ts";

type Shared = Omit<SubmitTask, "command">;

export function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", `Cannot submit: ${why}`, { hint });
}

/** @throws ClaudineError invalid_params, not_found when a file can't be read */
export async function buildTasks(input: Input, io: Io): Promise<SubmitTask[]> {
  const shared = await sharedOf(input, io);
  const sources = ["each-line", "array", "from-json"].filter((name) => text(input, name) !== undefined);
  if (sources.length > 1) throw refuse(`--${sources[0]} does not go with --${sources[1]}`);
  const [source] = sources;
  if (source === undefined) return [{ ...shared, command: commandOf(input) }];
  const { eachLine, fromArray, fromJson } = await import("./submit-many.ts");
  const value = text(input, source) ?? "";
  if (source === "array") return fromArray(value, { ...shared, command: commandOf(input) });
  const content = await io.read(value);
  if (source === "each-line") return eachLine(content, input.rest.length === 0 ? undefined : commandOf(input), shared);
  if (input.rest.length > 0) throw refuse("--from-json brings the commands, so none is taken from the command line");
  return fromJson(content, shared);
}

/** What each task of the call asks for. @throws ClaudineError invalid_params */
export async function sharedOf(input: Input, io: Io): Promise<Shared> {
  return { ...sharedOptions(input, io.env), ...(await rulesOf(input, io)), ...(await gitRules(input)) };
}

/** The environment for the tasks. What Claudine said about a task that submits is not true of the tasks it submits. */
export async function callerEnv(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const {
    CLAUDINE_TASK_ID,
    CLAUDINE_RUN,
    CLAUDINE_GROUP,
    CLAUDINE_ARRAY_INDEX,
    CLAUDINE_ARTIFACTS,
    CLAUDINE_SCHEDULE,
    CLAUDINE_DUE_AT,
    CLAUDINE_PREVIOUS_SUCCESS_AT,
    CLAUDINE_WORKTREE,
    CLAUDINE_BRANCH,
    CLAUDINE_BASE,
    CLAUDINE_REPO,
    ...rest
  } = env;
  if (Object.entries(rest).some(([name, value]) => mayBeReplaced(name) || mayBeReplaced(value))) await refuseChanged();
  return rest as Record<string, string>;
}

async function refuseChanged(): Promise<void> {
  const { changedVariable } = await import("./not-utf8.ts");
  const name = changedVariable();
  if (name === undefined) return;
  throw refuse(`the variable ${name} of this shell is not UTF-8`, `Run unset ${name}, or give it another value`);
}

/** One word is for the shell, several are executed as they are. */
export function commandOf(
  { rest }: Input,
  hint = "claudine submit COMMAND, or --each-line, --from-json",
): string | string[] {
  const [first] = rest;
  if (first === undefined || first === "") throw refuse("there is no command", hint);
  return rest.length === 1 ? first : [...rest];
}

export function sharedOptions(input: Input, env: NodeJS.ProcessEnv): Shared {
  const label = text(input, "label");
  if (label === "") throw refuse("the label is empty", "Leave --label out for none");
  const group = text(input, "group");
  const priority = text(input, "priority");
  const cwd = text(input, "cwd");
  const settings = list(input, "env");
  return {
    ...(label === undefined ? {} : { label }),
    ...(group === undefined ? {} : { group }),
    ...(priority === undefined ? {} : { priority: priorityFrom("submit", priority) }),
    ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
    ...(settings.length === 0 ? {} : { env: parseSettings(settings, env) }),
    ...(flag(input, "held") ? { held: true } : {}),
    ...(flag(input, "stdin") ? { stdin: true } : {}),
    ...lostRetries(input),
    ...onceOptions(input),
  };
}

/** Loaded only when one of these options was given. */
async function rulesOf(input: Input, io: Io): Promise<Partial<Shared>> {
  if (![...RULE_OPTIONS, ...BUDGET_OPTIONS].some(({ name }) => input.flags[name] !== undefined)) return {};
  const { rulesForSubmit } = await import("./rules/submit.ts");
  return rulesForSubmit(input, io);
}

/** Loaded only when one of these options was given. */
export async function gitRules(input: Flagged): Promise<Partial<Shared>> {
  if (!WORKTREE_OPTIONS.some(({ name }) => input.flags[name] !== undefined)) return {};
  const { gitRulesOf } = await import("./rules/worktree.ts");
  return gitRulesOf(input);
}

function onceOptions(input: Input): Pick<Shared, "key" | "ifRunning" | "onFinish"> {
  const [key, ifRunning, onFinish] = [text(input, "key"), text(input, "if-running"), text(input, "on-finish")];
  if (key !== undefined && ifRunning !== undefined) throw refuse("--key does not go with --if-running");
  return {
    ...(key === undefined ? {} : { key }),
    ...(ifRunning === undefined ? {} : { ifRunning: ifRunning as NonNullable<Shared["ifRunning"]> }),
    ...(onFinish === undefined ? {} : { onFinish }),
  };
}

const LOST_LIMIT = 3;

function lostRetries(input: Input): { lostRetries?: number } {
  const limit = number(input, "lost-limit");
  if (text(input, "on-lost") === "requeue") return { lostRetries: limit ?? LOST_LIMIT };
  if (limit !== undefined) throw refuse("--lost-limit goes with --on-lost requeue");
  return {};
}

/** `K=V` as it is, `NAME` from the environment. */
export function parseSettings(settings: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const equals = setting.indexOf("=");
      const name = equals === -1 ? setting : setting.slice(0, equals);
      if (name === "") throw refuse(`"${setting}" names no variable`, "Write -e NAME=VALUE");
      const value = equals === -1 ? env[name] : setting.slice(equals + 1);
      if (value === undefined)
        throw refuse(`the variable ${name} is not set in this shell`, `Write -e ${name}=VALUE, or export it first`);
      return [name, value];
    }),
  );
}
