/** Typed access to the flags of a verb. */
import type { Input } from "./command.ts";

export type Flagged = Pick<Input, "flags">;

/** A switch; false when it was not given. */
export function flag(input: Flagged, name: string): boolean {
  return input.flags[name] === true;
}

export function text(input: Flagged, name: string): string | undefined {
  const value = input.flags[name];
  return typeof value === "string" ? value : undefined;
}

export function number(input: Flagged, name: string): number | undefined {
  const value = input.flags[name];
  return typeof value === "number" ? value : undefined;
}

/** An option that may be given several times; empty when it was not given. */
export function list(input: Flagged, name: string): readonly string[] {
  const value = input.flags[name];
  return typeof value === "object" ? value : [];
}
