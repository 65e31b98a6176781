/** From the end of a task to the next one running, beside a shell that starts the same program in a loop. */
import { submitMany, untilFinished, withDaemon } from "../daemon.ts";
import { runScript } from "../program.ts";
import { alternate, finding, type Row } from "../row.ts";
import { percentile } from "../stats.ts";

/** What each one prints is when it ran, so its own start is in every gap, on both sides. */
const CLOCK = ["date", "+%s%N"];

export const nextStart: Row = {
  name: "next-start",
  about: "freed slot to the next task's exec",
  run: async ({ quick, newFolder }) => {
    const count = quick ? 300 : 1000;
    const ours: number[][] = [];
    const reference: number[][] = [];
    await alternate(quick ? 3 : 5, [
      async () => void ours.push(gapsOf(await timesOfOurs(newFolder(), count))),
      async () => void reference.push(gapsOf(await timesOfLoop(count))),
    ]);
    const at = (share: number, rounds: readonly number[][]) => rounds.map((gaps) => percentile(gaps, share));
    return ([50, 99] as const).map((percent) =>
      finding(
        {
          row: "next-start",
          what: `freed slot to the next exec, p${percent}`,
          unit: "ms",
          ...(percent === 99 && { goal: { of: "figure", atMost: 10 } as const }),
        },
        {
          ours: at(percent / 100, ours),
          reference: { name: "a loop in a shell", figures: at(percent / 100, reference) },
        },
      ),
    );
  },
};

async function timesOfOurs(dir: string, count: number): Promise<bigint[]> {
  return withDaemon({ dir, slots: 1 }, async ({ client }) => {
    const ids = await submitMany(client, CLOCK, { count });
    await untilFinished(client, ids);
    const outputs = ids.map((id) => client.call("log.read", { id }));
    return (await Promise.all(outputs)).map(({ data }) => BigInt(data.trim()));
  });
}

async function timesOfLoop(count: number): Promise<bigint[]> {
  const script = `i=0; while [ $i -lt ${count} ]; do ${CLOCK.join(" ")}; i=$((i + 1)); done`;
  return (await runScript(script, process.env)).trim().split("\n").map(BigInt);
}

function gapsOf(nanoseconds: readonly bigint[]): number[] {
  return nanoseconds.slice(1).map((at, index) => Number(at - (nanoseconds[index] ?? at)) / 1e6);
}
