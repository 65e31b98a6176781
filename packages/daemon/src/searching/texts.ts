/** What is searched of a task besides its output. */
import type { Task } from "@claudine/protocol";
import type { SearchedTask } from "./job.ts";

export function searchTexts({ label, command }: Task): SearchedTask["texts"] {
  const texts = [
    { field: "label", text: label },
    { field: "command", text: command },
  ] as const;
  return texts.flatMap(({ field, text }) => (text === null ? [] : [{ field, text }]));
}
