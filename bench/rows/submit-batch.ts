/** Many tasks in one call and one commit, and what a daemon takes with all of them waiting. */
import { open } from "lmdb";
import { submitMany, withDaemon } from "../daemon.ts";
import { HAS_PROC, rssMegabytes } from "../process-figures.ts";
import { alternate, finding, type Finding, type Row } from "../row.ts";

const WAITING = 100_000;
const CALL = 10_000;

export const submitBatch: Row = {
  name: "submit-batch",
  about: "100,000 tasks, 10,000 in one call, and the memory of a daemon with all of them waiting",
  run: async ({ quick, say, newFolder }) => {
    const [ours, bare, rss]: number[][] = [[], [], []];
    await alternate(quick ? 2 : 5, [
      async () => void bare?.push(await timeBare(newFolder())),
      async () => {
        const { perSecond, megabytes } = await timeOurs(newFolder());
        ours?.push(perSecond);
        rss?.push(megabytes);
      },
    ]);
    if (!HAS_PROC) say("There is no /proc: RSS is skipped");
    return findings(ours ?? [], bare ?? [], HAS_PROC ? (rss ?? []) : []);
  },
};

async function timeOurs(dir: string): Promise<{ perSecond: number; megabytes: number }> {
  return withDaemon({ dir }, async ({ client, pid }) => {
    const startedAt = performance.now();
    for (let count = 0; count < WAITING; count += CALL) await submitMany(client, ["true"], { count: CALL, held: true });
    const perSecond = (1000 * WAITING) / (performance.now() - startedAt);
    return { perSecond, megabytes: HAS_PROC ? rssMegabytes(pid) : Number.NaN };
  });
}

/** As many records of a task's size, each batch in one flushed transaction. */
async function timeBare(dir: string): Promise<number> {
  const database = open({ path: `${dir}/bare` });
  try {
    const value = "x".repeat(700);
    const startedAt = performance.now();
    for (let first = 0; first < WAITING; first += CALL) {
      await database.transaction(() => {
        for (let key = first; key < first + CALL; key += 1) void database.put(key, value);
      });
      await database.flushed;
    }
    return (1000 * WAITING) / (performance.now() - startedAt);
  } finally {
    await database.close();
  }
}

function findings(ours: readonly number[], bare: readonly number[], rss: readonly number[]): Finding[] {
  const reference = { name: "bare LMDB puts", figures: bare };
  const rate = finding(
    { row: "submit-batch", what: "tasks submitted, 10,000 in a call", unit: "/s" },
    { ours, reference },
  );
  if (rss.length === 0) return [rate];
  return [rate, finding({ row: "submit-batch", what: "RSS with 100,000 waiting", unit: "MB" }, { ours: rss })];
}
