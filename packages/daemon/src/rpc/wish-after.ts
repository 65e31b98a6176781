/** What is asked of an agent after a change: what was not named stays as it was resolved. Pure. */
import type { AgentSpec, AgentTexts, AgentWish } from "@claudine/protocol";

export type KnownAgent = { agent: AgentSpec; texts: AgentTexts };

/** A template says what there is to do anew. */
export function wishAfter(known: KnownAgent | undefined, change: AgentWish): AgentWish {
  if (known === undefined || change.template !== undefined) return change;
  const { model, ...own } = wishOf(known);
  // Who names another agent does not want the model of the one before.
  const isSame = change.agent === undefined || change.agent === own.agent;
  return { ...own, ...(isSame && model !== undefined ? { model } : {}), ...change };
}

function wishOf({ agent, texts }: KnownAgent): AgentWish {
  const { choices, textsId: _, promptBytes: __, template: ___, ...asked } = agent;
  const [first, ...fallback] = choices;
  const { prompt, systemPrompt, jsonSchema } = texts;
  return {
    ...asked,
    ...first,
    fallback,
    prompt,
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
  };
}
