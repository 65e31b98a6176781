/** What the runs of some time used together. */
import { readStats } from "../../reading/stats/read-stats.ts";
import type { Handler } from "../context.ts";

const HOUR_MS = 3_600_000;

export const stats: Handler<"stats.read"> = async ({ store, history }, { sinceMs, by }, caller) => {
  const until = Date.now();
  const since = Math.max(0, until - sinceMs);
  return caller.inTurn(() =>
    readStats(
      {
        runs: store.runPage,
        hours: async (range) => (await history.host.read({ ...range, stepMs: HOUR_MS })).samples,
        closed: caller.closed,
      },
      { since, until, by },
    ),
  );
};
