/** `claudine list` as a whole process, with 100,000 tasks waiting. */
import { join } from "node:path";
import { DIST, submitMany, withDaemon, type BenchDaemon } from "../daemon.ts";
import { timeProgram } from "../program.ts";
import { alternate, finding, type Row } from "../row.ts";

const WAITING = 100_000;
const CLIENT = join(DIST, "claudine.cjs");
const FORMS = [
  { what: "the newest 50", words: ["list", "--limit", "50"] },
  { what: "by a label that none has", words: ["list", "--label", "absent"] },
  { what: "all, as JSON", words: ["list", "--all", "--json"] },
] as const;

export const list: Row = {
  name: "list",
  about: "`claudine list` with 100,000 tasks, and with ten",
  run: async ({ quick, newFolder }) =>
    withDaemon({ dir: newFolder() }, (few) =>
      withDaemon({ dir: newFolder() }, async (many) => {
        await submitMany(few.client, ["true"], { count: 10, held: true });
        await submitMany(many.client, ["true"], { count: WAITING, held: true });
        const sides = FORMS.map(({ what, words }) => ({ what, words, ours: [] as number[], few: [] as number[] }));
        for (const { words, ours, few: small } of sides) {
          await alternate(quick ? 3 : 9, [
            async () => void ours.push(timeList(many, words)),
            async () => void small.push(timeList(few, words)),
          ]);
        }
        return sides.map(({ what, ours, few: figures }) =>
          finding({ row: "list", what, unit: "ms" }, { ours, reference: { name: "ten tasks", figures } }),
        );
      }),
    ),
};

function timeList({ env }: BenchDaemon, words: readonly string[]): number {
  return timeProgram(process.execPath, [CLIENT, ...words], env);
}
