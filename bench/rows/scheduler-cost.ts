/** What one event costs the scheduler, with few and with very many unfinished tasks. */
import { spec } from "@claudine/daemon/core/fixtures";
import { finding, type Finding, type Row } from "../row.ts";
import { median } from "../stats.ts";
import { VirtualDaemon } from "../virtual-daemon.ts";

const FEW = 100;
const LIVE = [10_000, 100_000];
const EVENTS = 2000;

type Costs = { submit: number; finish: number; release: number };

export const schedulerCost: Row = {
  name: "scheduler-cost",
  about: "one event in the scheduler, by the number of unfinished tasks",
  run: async ({ quick }) => {
    const rounds = quick ? 3 : 7;
    measure(FEW);
    const found = new Map<number, Costs[]>([FEW, ...LIVE].map((live) => [live, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [live, costs] of found) costs.push(measure(live));
    }
    return LIVE.flatMap((live) => describe(live, found.get(live) ?? [], found.get(FEW) ?? []));
  },
};

function describe(live: number, ours: readonly Costs[], few: readonly Costs[]): Finding[] {
  return (["submit", "finish", "release"] as const).map((kind) =>
    finding(
      { row: "scheduler-cost", what: `${kind} with ${live.toLocaleString("en")} unfinished`, unit: "µs" },
      {
        ours: ours.map((cost) => cost[kind]),
        reference: { name: `with ${FEW}`, figures: few.map((cost) => cost[kind]) },
      },
    ),
  );
}

/** Microseconds of the median event; each is a turn of its own, and the number of unfinished tasks stays the same. */
function measure(live: number): Costs {
  const daemon = new VirtualDaemon({ defaultSlots: 50 });
  daemon.submit(Array.from({ length: live }, (_, index) => spec({ priority: index % 7 })));
  const submitOne = (): void => void daemon.submit([spec({})]);
  const endOne = (): void => {
    const [id = 0] = daemon.state.inFlight;
    daemon.end([id]);
  };
  /** The end of a task lets one start that waited for it. */
  const dependOnFirst = (): void => {
    const [id = 0] = daemon.state.inFlight;
    daemon.submit([spec({ priority: 1000, after: [{ id, on: "success" }] })]);
  };
  return {
    submit: medianOf({ event: submitOne, after: endOne }),
    finish: medianOf({ event: endOne, after: submitOne }),
    release: medianOf({ before: dependOnFirst, event: endOne }),
  };
}

type Step = { before?: () => void; event: () => void; after?: () => void };

function medianOf({ before, event, after }: Step): number {
  const times = Array.from({ length: EVENTS }, () => {
    before?.();
    const startedAt = performance.now();
    event();
    const tookMs = performance.now() - startedAt;
    after?.();
    return 1000 * tookMs;
  });
  return median(times);
}
