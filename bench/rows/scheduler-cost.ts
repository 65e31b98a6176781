/** What one event costs the scheduler, with few and with very many unfinished tasks. */
import { finding, type Finding, type Row } from "../row.ts";
import { specOf, VirtualDaemon } from "../virtual-daemon.ts";

const FEW = 100;
const LIVE = [10_000, 100_000];
const EVENTS = 1000;

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
      { row: "scheduler-cost", what: `${kind} with ${live.toLocaleString("en")} unfinished`, unit: "ms" },
      {
        ours: ours.map((cost) => cost[kind]),
        reference: { name: `with ${FEW}`, figures: few.map((cost) => cost[kind]) },
      },
    ),
  );
}

/** Milliseconds for each event; each is a turn of its own. */
function measure(live: number): Costs {
  const daemon = new VirtualDaemon({ defaultSlots: 50 });
  daemon.submit(Array.from({ length: live }, (_, index) => specOf({ priority: index % 7 })));
  const submit = time(() => void daemon.submit([specOf({})]));
  const finish = time(() => {
    const [id = 0] = daemon.state.inFlight;
    daemon.end([id]);
    daemon.submit([specOf({})]);
  });
  return { submit, finish, release: releaseOne(daemon) };
}

/** The end of a task lets one start that waited for it. */
function releaseOne(daemon: VirtualDaemon): number {
  return time(() => {
    const [id = 0] = daemon.state.inFlight;
    daemon.submit([specOf({ priority: 1000, after: [{ id, on: "success" }] })]);
    daemon.end([id]);
  });
}

function time(action: () => void): number {
  const startedAt = performance.now();
  for (let event = 0; event < EVENTS; event += 1) action();
  return (performance.now() - startedAt) / EVENTS;
}
