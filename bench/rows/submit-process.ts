/** `claudine submit` as a whole process, beside the same Node doing nothing. */
import { join } from "node:path";
import { DIST, withDaemon } from "../daemon.ts";
import { timeProgram } from "../program.ts";
import { alternate, finding, type Row } from "../row.ts";
import { median } from "../stats.ts";

const RUNS_PER_ROUND = 15;

export const submitProcess: Row = {
  name: "submit-process",
  about: "`claudine submit` as a whole process",
  run: async ({ quick, newFolder }) =>
    withDaemon({ dir: newFolder() }, async ({ env }) => {
      const ours: number[] = [];
      const reference: number[] = [];
      const claudine = [join(DIST, "claudine.cjs"), "submit", "--held", "--", "true"];
      const nothing = ["-e", "0"];
      timeProgram(process.execPath, claudine, env);
      for (let round = 0; round < (quick ? 3 : 9); round += 1) {
        const [inRoundOurs, inRoundReference]: [number[], number[]] = [[], []];
        await alternate(RUNS_PER_ROUND, [
          async () => void inRoundOurs.push(timeProgram(process.execPath, claudine, env)),
          async () => void inRoundReference.push(timeProgram(process.execPath, nothing, env)),
        ]);
        ours.push(median(inRoundOurs));
        reference.push(median(inRoundReference));
      }
      return [
        finding(
          {
            row: "submit-process",
            what: "one `claudine submit`, start to end",
            unit: "ms",
            goal: { of: "ratio", atMost: 1.35 },
          },
          { ours, reference: { name: "`node -e 0`", figures: reference } },
        ),
      ];
    }),
};
