/** Trivial tasks through two slots, from the submit to the end of the last, beside other queues. */
import { submitMany, untilFinished, withDaemon } from "../daemon.ts";
import { PEERS, SLOTS, type Peer } from "../peers.ts";
import { runScript } from "../program.ts";
import { alternate, finding, type Finding, type Row, type RowOptions } from "../row.ts";

export const throughput: Row = {
  name: "throughput",
  about: "trivial tasks per second through two slots",
  run: async (options) => {
    const counts = options.quick ? [1000] : [1000, 10_000];
    const found: Finding[] = [];
    for (const count of counts) found.push(...(await measure(count, options)));
    return found;
  },
};

/** task-spooler stops taking tasks at about a thousand waiting. */
const PEER_COUNT_AT_MOST = 1000;

async function measure(count: number, { quick, say, newFolder }: RowOptions): Promise<Finding[]> {
  const rates = new Map<string, number[]>();
  const peers = PEERS.filter(({ name, missing }) => {
    const lacks = missing();
    if (lacks !== undefined) say(`${name} is skipped: ${lacks}`);
    return lacks === undefined;
  });
  const note = (name: string, tasks: number, ms: number) => {
    const known = rates.get(name) ?? [];
    rates.set(name, [...known, (1000 * tasks) / ms]);
  };
  const sides = [
    async () => note("claudine", count, await timeOurs(newFolder(), count)),
    ...peers.map((peer) => async () => {
      const tasks = Math.min(count, PEER_COUNT_AT_MOST);
      note(peer.name, tasks, await timePeer(peer, newFolder(), tasks));
    }),
  ];
  await alternate(quick ? 3 : 5, sides);
  return peers.map(({ name, goal }) =>
    finding(
      { row: "throughput", what: `${count} trivial tasks on two slots`, unit: "/s", ...(goal && { goal }) },
      { ours: rates.get("claudine") ?? [], reference: { name, figures: rates.get(name) ?? [] } },
    ),
  );
}

async function timeOurs(dir: string, count: number): Promise<number> {
  return withDaemon({ dir, slots: SLOTS }, async ({ client }) => {
    await untilFinished(client, await submitMany(client, ["true"], { count: 20 }));
    const startedAt = performance.now();
    await untilFinished(client, await submitMany(client, ["true"], { count }));
    return performance.now() - startedAt;
  });
}

async function timePeer(peer: Peer, dir: string, count: number): Promise<number> {
  const env = {
    PATH: process.env["PATH"],
    HOME: dir,
    TMPDIR: dir,
    NQDIR: dir,
    TS_SOCKET: `${dir}/tsp`,
    TS_MAXFINISHED: "100000",
  };
  const startedAt = performance.now();
  await runScript(`cd "${dir}"; ${peer.script(count)}`, env);
  return performance.now() - startedAt;
}
