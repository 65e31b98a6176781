/** Which keys a schema knows at a place in the data. */
import type { $ZodType, $ZodTypes } from "zod/v4/core";

/** None where anything goes, as in a map of names, or where it can be written in several ways. */
export function knownKeys(schema: $ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as $ZodTypes)._zod;
  if (def.type === "optional" || def.type === "default" || def.type === "prefault") {
    return knownKeys(def.innerType, path);
  }
  const [key, ...rest] = path;
  if (def.type === "array") return key === undefined ? [] : knownKeys(def.element, rest);
  if (def.type !== "object") return [];
  if (key === undefined) return Object.keys(def.shape);
  const inner = Object.entries(def.shape).find(([name]) => name === key)?.[1];
  return inner === undefined ? [] : knownKeys(inner, rest);
}
