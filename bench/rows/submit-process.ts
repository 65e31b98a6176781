/** `claudine submit` as a whole process, beside the same Node doing nothing; the compiled client too, where it is built. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DIST, withDaemon } from "../daemon.ts";
import { timeProgram } from "../program.ts";
import { alternate, finding, type Row } from "../row.ts";
import { median } from "../stats.ts";

const RUNS_PER_ROUND = 15;

/** Rounds of medians, one list for each of the programs. */
async function timeInTurn(programs: readonly Words[], rounds: number, env: NodeJS.ProcessEnv): Promise<number[][]> {
  const medians: number[][] = programs.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const times: number[][] = programs.map(() => []);
    const sides = programs.map(([file, ...args], index) => async () => {
      times[index]?.push(timeProgram(file, args, env));
    });
    await alternate(RUNS_PER_ROUND, sides);
    for (const [index, inRound] of times.entries()) medians[index]?.push(median(inRound));
  }
  return medians;
}

type Words = readonly [string, ...string[]];

const SUBMIT = ["submit", "--held", "--", "true"] as const;

export const submitProcess: Row = {
  name: "submit-process",
  about: "`claudine submit` as a whole process",
  run: async ({ quick, say, newFolder }) =>
    withDaemon({ dir: newFolder() }, async ({ env }) => {
      const native = join(DIST, "claudine-native");
      const isBuilt = existsSync(native);
      if (!isBuilt) say("no compiled client: npm run build:native makes it");
      const inNode: Words = [process.execPath, join(DIST, "claudine.cjs"), ...SUBMIT];
      const compiled: Words[] = isBuilt ? [[native, ...SUBMIT]] : [];
      timeProgram(inNode[0], inNode.slice(1), env);
      const programs: Words[] = [[process.execPath, "-e", "0"], inNode, ...compiled];
      const [nothing = [], ...ours] = await timeInTurn(programs, quick ? 3 : 9, env);
      const reference = { name: "`node -e 0`", figures: nothing };
      return ours.map((figures, index) =>
        finding(MEASURED[index === 0 ? "inNode" : "compiled"], { ours: figures, reference }),
      );
    }),
};

const MEASURED = {
  inNode: {
    row: "submit-process",
    what: "one `claudine submit`, start to end",
    unit: "ms",
    goal: { of: "ratio", atMost: 1.35 },
  },
  compiled: {
    row: "submit-process",
    what: "the same with the compiled client",
    unit: "ms",
  },
} as const;
