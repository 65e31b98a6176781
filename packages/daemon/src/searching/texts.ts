/** What is searched of a task besides its output. */
import type { AgentTexts, SearchField, Task } from "@claudine/protocol";
import type { SearchedTask } from "./job.ts";

/** @param texts what is stored beside the task: looked up only when it is asked for, as it may have megabytes */
export function searchTexts(
  { label, command, agent }: Task,
  fields: readonly SearchField[],
  texts: (id: string) => AgentTexts | undefined,
): SearchedTask["texts"] {
  const prompt = agent === undefined || !fields.includes("prompt") ? undefined : texts(agent.textsId)?.prompt;
  const all = [
    { field: "label", text: label },
    { field: "command", text: command },
    { field: "prompt", text: prompt ?? null },
  ] as const;
  return all.flatMap(({ field, text }) => (text === null || !fields.includes(field) ? [] : [{ field, text }]));
}
