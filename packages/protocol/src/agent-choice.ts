/** A tool and one of its models as people write them: `claude`, `claude:opus`. */
import { ClaudineError } from "./errors.ts";

export type WrittenChoice = { agent: string; model?: string };

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @throws ClaudineError invalid_params */
export function parseAgentChoice(text: string): WrittenChoice {
  const colon = text.indexOf(":");
  const agent = colon === -1 ? text : text.slice(0, colon);
  const model = colon === -1 ? undefined : text.slice(colon + 1);
  if (!NAME.test(agent) || model === "")
    throw new ClaudineError("invalid_params", `"${text.slice(0, 100)}" names no agent`, {
      hint: "Write claude, or claude:opus for one of its models",
    });
  return model === undefined ? { agent } : { agent, model };
}

/** @throws ClaudineError invalid_params */
export function parseAgentChoices(text: string): WrittenChoice[] {
  return text.split(",").map((one) => parseAgentChoice(one.trim()));
}

export function agentChoiceText({ agent, model }: { agent: string; model?: string | null | undefined }): string {
  return model === undefined || model === null ? agent : `${agent}:${model}`;
}
