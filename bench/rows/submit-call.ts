/** One durable submit after the other over the socket: beside a bare LMDB put, and with 100,000 tasks waiting. */
import { open } from "lmdb";
import type { BenchDaemon } from "../daemon.ts";
import { submitMany, withDaemon } from "../daemon.ts";
import { alternate, finding, type Finding, type Row } from "../row.ts";
import { percentile } from "../stats.ts";

const WAITING = 100_000;
/** Turns are short, so that all sides see the same state of the disk. */
const CALLS_PER_TURN = 25;

type Side = { name: string; once(): Promise<unknown>; rounds: { p50: number[]; p99: number[] } };

export const submitCall: Row = {
  name: "submit-call",
  about: "a submit over the socket, answered when it is durable, one at a time",
  run: async ({ quick, newFolder }) => {
    const dir = newFolder();
    const database = open({ path: `${dir}/bare` });
    try {
      return await withDaemon({ dir: newFolder(), slots: 1 }, (empty) =>
        withDaemon({ dir: newFolder(), slots: 1 }, async (full) => {
          for (const daemon of [empty, full]) await blockSlots(daemon);
          await submitMany(full.client, ["true"], { count: WAITING });
          const value = "x".repeat(700);
          let key = 0;
          const sides = [
            side("bare LMDB put", () => database.put((key += 1), value)),
            side("none waiting", () => submitOne(empty)),
            side("100,000 waiting", () => submitOne(full)),
          ] as const;
          for (let round = 0; round < (quick ? 5 : 9); round += 1) await measureRound(sides, quick ? 8 : 20);
          return findings(sides);
        }),
      );
    } finally {
      await database.close();
    }
  },
};

function side(name: string, once: () => Promise<unknown>): Side {
  return { name, once, rounds: { p50: [], p99: [] } };
}

/** What is submitted from now on waits. */
async function blockSlots({ client }: BenchDaemon): Promise<void> {
  const ids = await submitMany(client, ["sleep", "3600"], { count: 1 });
  await client.call("task.wait", { selector: ids.map(String), for: "running" });
}

const ENV = Object.fromEntries(
  Array.from({ length: 30 }, (_, index) => [`VARIABLE_${index}`, "a value as many shells have".repeat(2)]),
);

function submitOne({ client }: BenchDaemon): Promise<unknown> {
  return client.call("task.submit", { env: ENV, cwd: "/", umask: 0o022, tasks: [{ command: ["true"] }] });
}

async function measureRound(sides: readonly Side[], turns: number): Promise<void> {
  const figures = sides.map((): number[] => []);
  await alternate(
    turns,
    sides.map(({ once }, index) => async () => {
      for (let call = 0; call < CALLS_PER_TURN; call += 1) {
        const startedAt = performance.now();
        await once();
        figures[index]?.push(performance.now() - startedAt);
      }
    }),
  );
  for (const [index, { rounds }] of sides.entries()) {
    rounds.p50.push(percentile(figures[index] ?? [], 0.5));
    rounds.p99.push(percentile(figures[index] ?? [], 0.99));
  }
}

function findings([bare, empty, full]: readonly [Side, Side, Side]): Finding[] {
  const pair = (what: string, ours: readonly number[], other: { name: string; figures: readonly number[] }) =>
    ({ what, sides: { ours, reference: other } }) as const;
  const pairs = [
    { ...pair("durable submit, p50", empty.rounds.p50, { name: bare.name, figures: bare.rounds.p50 }), atMost: 2 },
    pair("durable submit, p99", empty.rounds.p99, { name: bare.name, figures: bare.rounds.p99 }),
    {
      ...pair("the same with 100,000 queued, p50", full.rounds.p50, { name: empty.name, figures: empty.rounds.p50 }),
      atMost: 1.2,
    },
    pair("the same with 100,000 queued, p99", full.rounds.p99, { name: empty.name, figures: empty.rounds.p99 }),
  ];
  return pairs.map(({ what, sides, ...limit }) =>
    finding(
      {
        row: "submit-call",
        what,
        unit: "ms",
        ...("atMost" in limit && { goal: { of: "ratio", atMost: limit.atMost } as const }),
      },
      sides,
    ),
  );
}
