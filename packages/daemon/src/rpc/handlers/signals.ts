/** Names of signals as people write them: TERM, SIGTERM, term, 15. */
import { constants } from "node:os";
import { ClaudineError, type Limits } from "@claudine/protocol";

/** They ask a process to end: SIGKILL follows after the grace. The others are only sent. */
export const ENDING_SIGNALS: ReadonlySet<string> = new Set(["SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT", "SIGKILL"]);

type SomeLimits = { warnSignal?: Limits["warnSignal"] | null };

/** A rule is stored with the signal's one name. @throws ClaudineError invalid_params */
export function withSignalName<T extends { limits?: SomeLimits | null | undefined }>(rules: T): T {
  const warnSignal = rules.limits?.warnSignal;
  if (warnSignal === undefined || warnSignal === null) return rules;
  return {
    ...rules,
    limits: { ...rules.limits, warnSignal: { ...warnSignal, signal: signalName(warnSignal.signal) } },
  };
}

/** @throws ClaudineError invalid_params */
export function signalName(text: string): string {
  const upper = text.toUpperCase();
  const byNumber = Object.entries(constants.signals).find(([, number]) => String(number) === upper)?.[0];
  const name = byNumber ?? (upper.startsWith("SIG") ? upper : `SIG${upper}`);
  if (Object.hasOwn(constants.signals, name)) return name;
  const known = Object.keys(constants.signals)
    .map((one) => one.slice(3))
    .join(", ");
  throw new ClaudineError("invalid_params", `"${text.slice(0, 32)}" is not a signal`, { hint: `Use one of ${known}` });
}
