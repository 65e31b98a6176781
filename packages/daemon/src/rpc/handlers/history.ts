/** What was measured of the machine and of runs. */
import { ClaudineError } from "@claudine/protocol";
import type { Handler } from "../context.ts";

const HOUR_MS = 3_600_000;

export const host: Handler<"host.history"> = async ({ history, config }, params, caller) => {
  const until = params.until ?? Date.now();
  const since = params.since ?? Math.max(0, until - HOUR_MS);
  if (since > until)
    throw new ClaudineError("invalid_params", "Cannot read the history of the machine: `since` is after `until`");
  return caller.inTurn(() => history.host.read({ since, until, stepMs: params.stepMs ?? config.history.every }));
};
