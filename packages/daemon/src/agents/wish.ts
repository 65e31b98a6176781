/** From what a caller asks of an agent, templates and the configuration to what is stored with the task. */
import { createHash } from "node:crypto";
import {
  type AgentChoice,
  type AgentDefaults,
  type AgentSpec,
  type AgentTemplate,
  type AgentTexts,
  type AgentWish,
  ClaudineError,
  MESSAGE_BYTES_MAX,
  parseAgentChoice,
  PROMPT_BYTES_MAX,
} from "@claudine/protocol";
import type { AgentRequest } from "@claudine/agents";
import type { Registry } from "./registry.ts";
import { fillTemplate } from "./template.ts";

export type WishPorts = {
  registry: Registry;
  defaults: AgentDefaults;
  templates: Readonly<Record<string, AgentTemplate>>;
};

export type Delegated = { agent: AgentSpec; texts: AgentTexts; headline: string };

/** @throws ClaudineError invalid_params, too_large */
export function delegated(ports: WishPorts, wish: AgentWish): Delegated {
  const template = templateOf(ports, wish);
  const prompt = promptOf(wish, template);
  const choices = choicesOf(ports, wish, template);
  const asked = askedOf(ports.defaults, wish, template);
  const texts = textsOf({ prompt, systemPrompt: asked.systemPrompt, jsonSchema: asked.jsonSchema });
  for (const [index, choice] of choices.entries()) {
    const why = unsupported(ports.registry, choice, { ...asked, texts });
    if (why !== undefined)
      throw refuse(why, index === 0 ? "Leave it out, or name another agent" : "--fallback none tries no other agent");
  }
  const { systemPrompt: _, jsonSchema: __, ...rest } = asked;
  const promptBytes = Buffer.byteLength(prompt);
  if (asked.takesMessages === true && promptBytes > MESSAGE_BYTES_MAX)
    throw refuse(
      `the first message of a session has ${promptBytes} bytes, and ${MESSAGE_BYTES_MAX} are allowed`,
      "Leave --messages out, or put the prompt into a file",
    );
  const agent: AgentSpec = {
    choices,
    textsId: texts.id,
    promptBytes,
    ...(wish.template === undefined ? {} : { template: wish.template }),
    ...rest,
  };
  return { agent, texts, headline: headlineOf(choices[0]?.agent ?? "", prompt) };
}

function templateOf({ templates }: WishPorts, { template: name, vars }: AgentWish): AgentTemplate | undefined {
  if (name === undefined) {
    if (vars !== undefined && Object.keys(vars).length > 0)
      throw refuse("variables go with a template", "Name one with -t; the configuration has them under agents");
    return undefined;
  }
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (template !== undefined) return template;
  const known = Object.keys(templates);
  throw refuse(
    `there is no template ${name}`,
    known.length === 0 ? "The configuration has none under agents" : `The configuration has ${known.join(", ")}`,
  );
}

function promptOf({ prompt, template: name = "", vars = {} }: AgentWish, template: AgentTemplate | undefined): string {
  const written = template?.prompt;
  if (written !== undefined && prompt !== undefined)
    throw refuse(`the template ${name} has a prompt of its own`, "Leave the prompt out, or the template");
  if (written === undefined && Object.keys(vars).length > 0)
    throw refuse(`the template ${name} has no prompt, and so takes no variables`);
  const text = written === undefined ? (prompt ?? "") : fillTemplate(name, written, vars);
  if (text.trim() === "") throw refuse("the prompt is empty", "claudine agent PROMPT, or --file FILE");
  const bytes = Buffer.byteLength(text);
  if (bytes > PROMPT_BYTES_MAX)
    throw new ClaudineError(
      "too_large",
      `Cannot submit: the prompt has ${bytes} bytes, and ${PROMPT_BYTES_MAX} are allowed`,
      {
        hint: "Put it into a file, and name the file in the prompt",
      },
    );
  if (!text.isWellFormed()) throw refuse("the prompt holds half of a character");
  return text;
}

/** Who names another agent does not want the model that was meant for the usual one. */
function choicesOf(
  { registry, defaults }: WishPorts,
  wish: AgentWish,
  template: AgentTemplate | undefined,
): [AgentChoice, ...AgentChoice[]] {
  const agent = wish.agent ?? template?.agent ?? defaults.use;
  const ofTemplate = agent === (template?.agent ?? defaults.use) ? template?.model : undefined;
  const model = wish.model ?? ofTemplate ?? (agent === defaults.use ? defaults.model : undefined);
  const written = template?.fallback ?? defaults.fallback;
  const fallback = wish.fallback ?? written.map(parseAgentChoice);
  const first: AgentChoice = model === undefined ? { agent } : { agent, model };
  for (const choice of [first, ...fallback]) registry.get(choice.agent);
  const others = fallback.filter((choice) => choice.agent !== agent || choice.model !== model);
  return [first, ...others];
}

type Asked = Pick<
  AgentWish,
  | "permissionMode"
  | "budgetUsd"
  | "maxTurns"
  | "mcpConfig"
  | "extraArgs"
  | "takesMessages"
  | "systemPrompt"
  | "jsonSchema"
>;

function askedOf(defaults: AgentDefaults, wish: AgentWish, template: AgentTemplate | undefined): Asked {
  const asked: Asked = {
    permissionMode: wish.permissionMode ?? template?.permissionMode ?? defaults.permissionMode,
    budgetUsd: wish.budgetUsd ?? template?.budget ?? defaults.budget,
    maxTurns: wish.maxTurns ?? template?.maxTurns ?? defaults.maxTurns,
    mcpConfig: wish.mcpConfig ?? template?.mcpConfig,
    extraArgs: wish.extraArgs ?? template?.extraArgs,
    takesMessages: wish.takesMessages ?? template?.takesMessages,
    systemPrompt: wish.systemPrompt ?? template?.systemPrompt,
    jsonSchema: wish.jsonSchema ?? template?.jsonSchema,
  };
  if (asked.jsonSchema !== undefined) refuseNoJson(asked.jsonSchema);
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Asked;
}

function refuseNoJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw refuse(`the JSON schema is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function textsOf(texts: {
  prompt: string;
  systemPrompt: string | undefined;
  jsonSchema: string | undefined;
}): AgentTexts {
  const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  const id = createHash("sha256").update(JSON.stringify(given)).digest("base64url");
  return { id, prompt: texts.prompt, ...given };
}

/** The request as an adapter takes it. */
export function requestOf(
  asked: Omit<Asked, "systemPrompt" | "jsonSchema">,
  { texts, model, path }: { texts: AgentTexts; model: string | undefined; path(name: string): string },
): AgentRequest {
  const { prompt, systemPrompt, jsonSchema } = texts;
  return {
    prompt: { path: path("prompt"), text: prompt },
    ...(systemPrompt === undefined ? {} : { systemPrompt: { path: path("system"), text: systemPrompt } }),
    ...(jsonSchema === undefined ? {} : { jsonSchema: { path: path("schema"), text: jsonSchema } }),
    model,
    permissionMode: asked.permissionMode,
    budgetUsd: asked.budgetUsd,
    maxTurns: asked.maxTurns,
    mcpConfig: asked.mcpConfig,
    takesMessages: asked.takesMessages,
    extraArgs: asked.extraArgs,
  };
}

type WithTexts = Asked & { texts: AgentTexts };

/** What of it this agent cannot do: a budget that would not be kept to is worse than none. */
function unsupported(registry: Registry, { agent, model }: AgentChoice, asked: WithTexts): string | undefined {
  const { texts, ...rest } = asked;
  return registry.get(agent).unsupported(requestOf(rest, { texts, model, path: (name) => `/${name}` }));
}

const HEADLINE_CHARS = 200;

/** What lists show for its command. */
function headlineOf(agent: string, prompt: string): string {
  const line =
    prompt
      .trimStart()
      .slice(0, HEADLINE_CHARS * 4)
      .split(/\r?\n/, 1)[0]
      ?.replace(/\s+/g, " ")
      .trim() ?? "";
  const text = line.length <= HEADLINE_CHARS ? line : `${line.slice(0, HEADLINE_CHARS - 1)}…`;
  return `${agent}: ${text}`.toWellFormed();
}

function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", `Cannot submit: ${why}`, { hint });
}
