/** Makes the task of one `agent` from its words and options. */
import { resolve } from "node:path";
import { parseAgentChoice, parseAgentChoices } from "@claudine/protocol/agent-choice";
import type { DelegateTask } from "@claudine/protocol/methods";
import type { Input, Io } from "../command.ts";
import { withEditedPrompt } from "../editing/prompt.ts";
import { flag, list, number, text } from "../input.ts";
import { refuse, sharedOf } from "../submit-tasks.ts";

export type Wish = DelegateTask["agent"];

/**
 * Hands the task to `submit`; what was written in an editor is kept when that fails.
 * @throws ClaudineError invalid_params, too_large, not_found when a file can't be read
 */
export async function delegateTask<T>(input: Input, io: Io, submit: (task: DelegateTask) => Promise<T>): Promise<T> {
  // What is wrong with the options is said before an editor opens.
  const shared = await sharedOf(input, io);
  const wish = await wishOf(input, io);
  const withPrompt = (prompt: string) => submit({ ...shared, agent: { ...wish, prompt } });
  const prompt = await promptOf({ input, io, words: input.args });
  if (prompt !== undefined) return withPrompt(prompt);
  return wish.template === undefined ? withEditedPrompt(io.env, withPrompt) : submit({ ...shared, agent: wish });
}

/** Without the prompt. @throws ClaudineError invalid_params, not_found when a file can't be read */
export async function wishOf(input: Input, io: Io): Promise<Wish> {
  return { ...choiceOf(input), ...(await askedOf(input, io)) };
}

/** `--agent claude:opus` says the model too. */
function choiceOf(input: Input): Pick<Wish, "agent" | "model" | "fallback"> {
  const [named, model, fallback] = [text(input, "agent"), text(input, "model"), text(input, "fallback")];
  const choice = named === undefined ? {} : parseAgentChoice(named);
  if (model !== undefined && "model" in choice)
    throw refuse("--agent names a model, and --model too", "Give one of them");
  return {
    ...choice,
    ...(model === undefined ? {} : { model }),
    ...(fallback === undefined ? {} : { fallback: fallback === "none" ? [] : parseAgentChoices(fallback) }),
  };
}

async function askedOf(input: Input, io: Io): Promise<Wish> {
  const [template, mode, mcp] = [text(input, "template"), text(input, "permission-mode"), text(input, "mcp-config")];
  const [maxTurns, schema, system] = [
    number(input, "max-turns"),
    text(input, "json-schema"),
    text(input, "system-prompt"),
  ];
  const [vars, budget] = [list(input, "var"), text(input, "budget")];
  const extraArgs = list(input, "agent-arg");
  return {
    ...(template === undefined ? {} : { template }),
    ...(vars.length === 0 ? {} : { vars: varsOf(vars) }),
    ...(mode === undefined ? {} : { permissionMode: mode }),
    ...(budget === undefined ? {} : { budgetUsd: budgetOf(budget) }),
    ...(maxTurns === undefined ? {} : { maxTurns }),
    ...(system === undefined ? {} : { systemPrompt: system }),
    ...(mcp === undefined ? {} : { mcpConfig: await readable(resolve(mcp), io) }),
    ...(schema === undefined ? {} : { jsonSchema: await io.read(schema) }),
    ...(flag(input, "messages") ? { takesMessages: true } : {}),
    ...(extraArgs.length === 0 ? {} : { extraArgs: [...extraArgs] }),
  };
}

/** Read when the agent starts; that it is there can be told now. */
async function readable(path: string, io: Io): Promise<string> {
  await io.read(path);
  return path;
}

function budgetOf(written: string): number {
  const usd = /^\$?\d+(\.\d+)?$/.test(written) ? Number(written.replace("$", "")) : 0;
  if (usd > 0) return usd;
  throw refuse(`--budget ${written.slice(0, 40)} is no amount`, "Write 2.50 for two and a half US dollars");
}

function varsOf(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const equals = setting.indexOf("=");
      if (equals > 0) return [setting.slice(0, equals), setting.slice(equals + 1)];
      throw refuse(`--var ${setting.slice(0, 80)} gives no value`, "Write --var NAME=VALUE");
    }),
  );
}

type Worded = { input: Input; io: Io; words: readonly string[] };

/** Undefined where the template or the editor has it. @throws ClaudineError */
export async function promptOf({ input, io, words: given }: Worded): Promise<string | undefined> {
  const words = given.join(" ");
  const file = text(input, "file");
  if (file !== undefined && words !== "") throw refuse("there are a prompt and --file", "Give one of them");
  if (file !== undefined) return io.read(file);
  if (words === "-") return io.read("-");
  return words !== "" || given.length > 0 ? words : undefined;
}
