/** What a run that goes on with earlier ones is told, and in which session. */
import { createHash } from "node:crypto";
import {
  choiceOf,
  ClaudineError,
  MESSAGE_BYTES_MAX,
  PROMPT_BYTES_MAX,
  type AgentTexts,
  type Task,
} from "@claudine/protocol";
import { earlierOf, type EarlierPorts } from "./earlier.ts";
import { FIRST_BYTES, lineBytes } from "./first-message.ts";
import { handover, resumed, type Ask, type Earlier } from "./handover.ts";
import type { Registry } from "./registry.ts";
import { askOf, beginning } from "./said.ts";
import { requestOf } from "./wish.ts";

type Env = Readonly<Record<string, string>>;
export type Told = { texts: AgentTexts; resume: string | undefined };

/** The prompt of a run. */
export type Tell = (task: Task, place: { texts: AgentTexts; env: Env }) => Promise<Told>;

/** Of the usual sizes: the largest with which a first message still fits into a pipe. */
const SHARES_OF_MESSAGES = [0.05, 0.02, 0.005, 0.001] as const;

export function createTell(ports: EarlierPorts): Tell {
  return async (task, { texts, env }) => {
    const { goesOn, agent } = task;
    const ask = goesOn === undefined ? undefined : askOf(ports, task);
    if (goesOn === undefined || ask === undefined)
      return { texts: { ...texts, prompt: beginning(ports, task, texts.prompt) }, resume: undefined };
    if (goesOn.session !== null) return { texts: { ...texts, prompt: resumed(ask) }, resume: goesOn.session };
    const earlier = await earlierOf(ports, task, { ask, env });
    const prompt = agent?.takesMessages === true ? shortHandover(earlier, ask) : handover(earlier, ask);
    return { texts: { ...texts, prompt }, resume: undefined };
  };
}

function shortHandover(earlier: Earlier, ask: Ask): string {
  const told = (share: number) => handover(earlier, ask, share);
  const share = SHARES_OF_MESSAGES.find((one) => lineBytes(told(one)) <= FIRST_BYTES);
  return told(share ?? SHARES_OF_MESSAGES[3]);
}

export type Words = { text: string; changes?: string | undefined; verb: "continue" | "send to" };

/** What is said to a task, as it is stored. @throws ClaudineError invalid_params, too_large */
export function feedbackTexts(registry: Registry, task: Task, { text, changes, verb }: Words): AgentTexts {
  const refuse = (why: string, hint?: string) =>
    new ClaudineError("invalid_params", `Cannot ${verb} task ${task.id}: ${why}`, { hint });
  const what = verb === "continue" ? "feedback" : "text";
  if (text.trim() === "")
    throw refuse(`there is no ${what}`, `claudine ${verb === "continue" ? verb : "send"} ${task.id} TEXT`);
  if (!text.isWellFormed()) throw refuse(`the ${what} holds half of a character`);
  const bytes = Buffer.byteLength(text);
  const most = task.agent?.takesMessages === true ? MESSAGE_BYTES_MAX : PROMPT_BYTES_MAX;
  if (bytes > most)
    throw new ClaudineError(
      "too_large",
      `Cannot ${verb} task ${task.id}: the ${what} has ${bytes} bytes, and ${most} are allowed`,
      { hint: "Put it into a file, and name the file" },
    );
  const given = { prompt: text, ...(changes === undefined ? {} : { changes }) };
  const texts = { id: createHash("sha256").update(JSON.stringify(given)).digest("base64url"), ...given };
  const why = task.agent === undefined ? undefined : unsupported(registry, { task, texts });
  if (why !== undefined) throw refuse(why);
  return texts;
}

/** A tool that is not known any more says so when it is started. */
function unsupported(registry: Registry, { task, texts }: { task: Task; texts: AgentTexts }): string | undefined {
  if (task.agent === undefined) return undefined;
  const { agent, model } = choiceOf(task.agent, task.session?.agentAt ?? task.agentAt);
  return registry.find(agent)?.unsupported(requestOf(task.agent, { texts, model, path: (name) => `/${name}` }));
}
