/** What is stored beside tasks that refer to it: environments, and the texts of agents. */
import type { AgentTexts } from "@claudine/protocol";
import type { EnvRecord } from "./env-record.ts";

export type Attached = EnvRecord | AgentTexts;

export function isTexts(one: Attached): one is AgentTexts {
  return "prompt" in one;
}
