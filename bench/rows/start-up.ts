/** From the start of the daemon to its first answer, with much in the store. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { startDaemon } from "../daemon.ts";
import { HAS_PROC, rssMegabytes } from "../process-figures.ts";
import { alternate, finding, type Finding, type Row, type RowOptions } from "../row.ts";
import { makeStored, type Stored } from "../stored.ts";

type Side = { ms: number[]; rss: number[] };

export const startUp: Row = {
  name: "start-up",
  about: "start to first answer with many tasks stored",
  run: async (options) => [
    ...(await unfinished(options)),
    ...(options.quick ? skipMillion(options) : await million(options)),
  ],
};

async function unfinished({ quick, newFolder }: RowOptions): Promise<Finding[]> {
  const original = await stored(newFolder, { finished: 100_000, queued: 1000 });
  const empty: Side = { ms: [], rss: [] };
  const full: Side = { ms: [], rss: [] };
  await alternate(quick ? 3 : 5, [
    () => measure(newFolder(), empty),
    // What is queued starts, so each round needs a store of its own.
    async () => measure(copyOf(original, newFolder()), full),
  ]);
  return [
    finding(
      {
        row: "start-up",
        what: "ready with 100,000 finished and 1,000 queued",
        unit: "ms",
        goal: { of: "figure", atMost: 1000 },
      },
      { ours: full.ms, reference: { name: "nothing stored", figures: empty.ms } },
    ),
  ];
}

function skipMillion({ say }: RowOptions): Finding[] {
  say("1,000,000 finished tasks are left out of the quick form");
  return [];
}

async function million({ newFolder }: RowOptions): Promise<Finding[]> {
  const small = { dir: await stored(newFolder, { finished: 100_000, queued: 0 }), ms: [], rss: [] };
  const large = { dir: await stored(newFolder, { finished: 1_000_000, queued: 0 }), ms: [], rss: [] };
  await alternate(5, [() => measure(small.dir, small), () => measure(large.dir, large)]);
  const goal = { of: "ratio", atMost: 2 } as const;
  const name = "100,000 finished";
  const time = finding(
    { row: "start-up", what: "ready with 1,000,000 finished", unit: "ms", goal },
    { ours: large.ms, reference: { name, figures: small.ms } },
  );
  if (!HAS_PROC) return [time];
  return [
    time,
    finding(
      { row: "start-up", what: "RSS with 1,000,000 finished", unit: "MB", goal },
      { ours: large.rss, reference: { name, figures: small.rss } },
    ),
  ];
}

async function stored(newFolder: () => string, what: Stored): Promise<string> {
  const dir = newFolder();
  await makeStored(dir, what);
  return dir;
}

function copyOf(original: string, dir: string): string {
  cpSync(join(original, "state"), join(dir, "state"), { recursive: true });
  return dir;
}

async function measure(dir: string, side: Side): Promise<void> {
  const daemon = await startDaemon({ dir });
  side.ms.push(daemon.readyMs);
  if (HAS_PROC) side.rss.push(rssMegabytes(daemon.pid));
  await daemon.stop();
}
