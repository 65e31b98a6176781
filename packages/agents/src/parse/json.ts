/** Reads JSON of strangers: a field is what it should be, or it is not there. Nothing here throws. */
import { isHarmless } from "./shape.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function parseObject(line: string): JsonObject | undefined {
  // A failed parse costs fifty times as much as a look, and tools may write a million lines for people.
  if (!/^\s*\{/.test(line) || !/\}\s*$/.test(line.slice(-100))) return undefined;
  if (!isHarmless(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Only own fields: `__proto__` and the like are names as any other. */
export function fieldOf(object: JsonObject | undefined, name: string): unknown {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

export function textOf(object: JsonObject | undefined, name: string): string | undefined {
  const value = fieldOf(object, name);
  return typeof value === "string" ? value : undefined;
}

export function objectOf(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = fieldOf(object, name);
  return isObject(value) ? value : undefined;
}

/** No message has so many parts. */
const MAX_LIST = 1000;

export function listOf(object: JsonObject | undefined, name: string): readonly JsonObject[] {
  const value = fieldOf(object, name);
  return Array.isArray(value) ? value.slice(0, MAX_LIST).filter(isObject) : [];
}

/** A number that is not negative; tools have been seen to write them as text. */
export function numberOf(object: JsonObject | undefined, name: string): number | undefined {
  const value = fieldOf(object, name);
  const number = typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === "number" && number >= 0 && number <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** What is at a dotted path like `item.text`. */
export function atPath(object: JsonObject, path: string): unknown {
  return path.split(".").reduce<unknown>((at, name) => (isObject(at) ? fieldOf(at, name) : undefined), object);
}

/** The value, unless it is too deep to be written again. */
export function writable(value: unknown): unknown {
  try {
    JSON.stringify(value);
    return value;
  } catch {
    return undefined;
  }
}
