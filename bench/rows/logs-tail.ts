/** `claudine logs -n 50` of a gigabyte, plain and compressed, as a whole process. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type BenchDaemon, DIST, submitMany, untilFinished, withDaemon } from "../daemon.ts";
import { timeProgram } from "../program.ts";
import { alternate, finding, type Row } from "../row.ts";
import { median } from "../stats.ts";

const GIB = 2 ** 30;
const RUNS_PER_ROUND = 9;
const PACKED_MS = 300_000;

export const logsTail: Row = {
  name: "logs-tail",
  about: "`claudine logs -n 50` of 1 GB, plain and compressed",
  run: async ({ quick, newFolder }) => {
    const config = 'output: { maxBytes: "off", compressAfter: "off" }\n';
    const packing = 'output: { maxBytes: "off", compressAfter: 0s }\n';
    return withDaemon({ dir: newFolder(), config }, (plain) =>
      withDaemon({ dir: newFolder(), config: packing }, async (packed) => {
        for (const daemon of [plain, packed]) await writeGigabyte(daemon);
        const file = join(packed.dir, "state/claudine/runs/0/1.1.stdout");
        for (const until = performance.now() + PACKED_MS; existsSync(file);) {
          if (performance.now() > until) throw new Error("The output was not compressed");
          await delay(100);
        }
        const figures = { plain: [] as number[], packed: [] as number[], node: [] as number[] };
        for (let round = 0; round < (quick ? 3 : 9); round += 1) {
          const inRound = { plain: [] as number[], packed: [] as number[], node: [] as number[] };
          await alternate(RUNS_PER_ROUND, [
            async () => void inRound.plain.push(timeLogs(plain)),
            async () => void inRound.packed.push(timeLogs(packed)),
            async () => void inRound.node.push(timeProgram(process.execPath, ["-e", "0"], plain.env)),
          ]);
          for (const side of ["plain", "packed", "node"] as const) figures[side].push(median(inRound[side]));
        }
        const reference = { name: "`node -e 0`", figures: figures.node };
        const measured = { row: "logs-tail", unit: "ms" } as const;
        return [
          finding(
            { ...measured, what: "`logs -n 50` of 1 GB", goal: { of: "figure", atMost: 100 } },
            { ours: figures.plain, reference },
          ),
          finding(
            { ...measured, what: "the same, compressed", goal: { of: "figure", atMost: 1000 } },
            { ours: figures.packed, reference },
          ),
        ];
      }),
    );
  },
};

async function writeGigabyte({ client }: BenchDaemon): Promise<void> {
  const command = ["/bin/sh", "-c", `seq 1 200000000 | head -c ${GIB}`];
  await untilFinished(client, await submitMany(client, command, { count: 1 }));
}

function timeLogs({ env }: BenchDaemon): number {
  return timeProgram(process.execPath, [join(DIST, "claudine.cjs"), "logs", "1", "-n", "50", "--stdout"], env);
}
