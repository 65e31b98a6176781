/** One thing that the doctor looked at. */
import type { Result } from "@claudine/protocol/methods";

export type Check = Result<"doctor.run">["checks"][number];

export const ok = (name: string, message: string): Check => ({ name, level: "ok", message, hint: null });
export const warning = (name: string, message: string, hint: string | null = null): Check => ({
  name,
  level: "warning",
  message,
  hint,
});
export const failure = (name: string, message: string, hint: string | null = null): Check => ({
  name,
  level: "error",
  message,
  hint,
});
