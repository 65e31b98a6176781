/** Fetches the runs that the history shows, page by page. */
import type { ParamsIn } from "@claudine/protocol/methods";
import type { RunInfo } from "@claudine/protocol/task";
import type { Client } from "../client.ts";

export type RunFilter = Omit<ParamsIn<"run.list">, "limit">;

const PAGE = 1000;

/** At most `limit`, the last to end first. @returns where it goes on; null when there are no more */
export async function* fetchRuns(
  client: Client,
  filter: RunFilter,
  limit: number,
): AsyncGenerator<readonly RunInfo[], string | null> {
  let left = limit;
  let from: Pick<RunFilter, "before"> = {};
  for (;;) {
    const { runs, next } = await client.call("run.list", { ...filter, ...from, limit: Math.min(PAGE, left) });
    yield runs;
    left -= runs.length;
    if (next === null) return null;
    if (left === 0) return (await isEmptyBelow(client, filter, next)) ? null : next;
    from = { before: next };
  }
}

/** A full page may be the last one, too. */
async function isEmptyBelow(client: Client, filter: RunFilter, before: string): Promise<boolean> {
  for (let next: string | null = before; next !== null;) {
    const page: { runs: readonly RunInfo[]; next: string | null } = await client.call("run.list", {
      ...filter,
      before: next,
      limit: 1,
    });
    if (page.runs.length > 0) return false;
    next = page.next;
  }
  return true;
}
