/** How long a line takes from the task that writes it to who follows it. */
import { submitMany, withDaemon } from "../daemon.ts";
import { finding, type Row } from "../row.ts";
import { percentile } from "../stats.ts";

/** Lines that say when they were written, epoch ms. */
const WRITER = `
use Time::HiRes qw(time sleep); $| = 1;
for (1 .. 200) { printf "%.3f\\n", time * 1000; sleep 0.01 }`;

export const followDelay: Row = {
  name: "follow-delay",
  about: "a line from the task that writes it to who follows it",
  run: async ({ quick, newFolder }) => {
    const p50: number[] = [];
    const p99: number[] = [];
    await withDaemon({ dir: newFolder() }, async ({ client }) => {
      for (let round = 0; round < (quick ? 3 : 9); round += 1) {
        const [id = 0] = await submitMany(client, ["perl", "-e", WRITER], { count: 1 });
        const delays: number[] = [];
        let at = await client.call("log.read", { id, waitMs: 30_000 });
        for (;;) {
          const now = performance.timeOrigin + performance.now();
          for (const line of at.data.trimEnd().split("\n")) if (line !== "") delays.push(now - Number(line));
          if (at.eof) break;
          at = await client.call("log.read", { id, offset: at.nextOffset, waitMs: 30_000 });
        }
        p50.push(percentile(delays, 0.5));
        p99.push(percentile(delays, 0.99));
      }
    });
    const measured = { row: "follow-delay", unit: "ms" } as const;
    return [
      finding({ ...measured, what: "a line from task to follower, p50" }, { ours: p50 }),
      finding({ ...measured, what: "the same, p99", goal: { of: "figure", atMost: 50 } }, { ours: p99 }),
    ];
  },
};
