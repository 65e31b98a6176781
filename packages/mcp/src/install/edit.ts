/** What is to be put where in the file of a tool. */
import { ClaudineError } from "@claudine/protocol/errors";
import { PLACES } from "./entry.ts";

export type Fields = Readonly<Record<string, unknown>>;

export type Edit = {
  file: string;
  /** The keys that lead to the entry. */
  path: readonly [string, string];
  entry: Fields;
};

/** The entry with what a person has added to the one that is there, as a timeout or variables. */
export function mergedEntry(there: unknown, entry: Fields): Fields {
  if (!isFields(there)) return entry;
  const added = isFields(there["env"]) ? Object.entries(there["env"]).filter(([name]) => !PLACES.includes(name)) : [];
  const env = { ...Object.fromEntries(added), ...(isFields(entry["env"]) ? entry["env"] : {}) };
  const { env: _, ...rest } = there;
  return { ...rest, ...entry, ...(Object.keys(env).length === 0 ? {} : { env }) };
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function cannotChange(file: string, why: string): ClaudineError {
  return new ClaudineError("wrong_state", `Cannot change ${file}: ${why}`, {
    hint: "Correct the file; nothing in it was changed",
  });
}
