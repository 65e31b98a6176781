/** The queues that the throughput is measured beside: how each is given so many trivial commands, and how it is found. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "./program.ts";
import type { Goal } from "./row.ts";

export type Peer = {
  name: string;
  goal?: Goal;
  /** What of it is not there; undefined when it can be measured. */
  missing(): string | undefined;
  /** A shell script that runs `true` so many times and ends after the last. It works in the current folder. */
  script(count: number): string;
};

export const SLOTS = 2;

const PACKAGES = join(import.meta.dirname, "peers");
const INSTALL = "it comes with `npm install --prefix bench/peers`";

/** The program of a package among them; undefined when they are not installed. */
export function peerProgram(name: string): string | undefined {
  const path = join(PACKAGES, "node_modules/.bin", name);
  return existsSync(path) ? path : undefined;
}

export const notInstalled = (name: string): string => `${name} is skipped: ${INSTALL}`;

const needs = (program: string) => (): string | undefined =>
  findProgram(program) === undefined ? `${program} is not installed` : undefined;

/** task-spooler and nq keep each task's output in a file too, BullMQ keeps its jobs in Redis; xargs is the limit, as it keeps nothing. */
export const PEERS: readonly Peer[] = [
  {
    name: "task-spooler",
    missing: needs("tsp"),
    goal: { of: "ratio", atLeast: 1 },
    script: (count) => `tsp -S ${SLOTS}; i=1; while [ $i -lt ${count} ]; do tsp true; i=$((i + 1)); done >/dev/null
      last=$(tsp true); tsp -w $((last - 1)); tsp -w $last; tsp -K`,
  },
  {
    name: "nq",
    missing: needs("nq"),
    script: (count) => `i=0; while [ $i -lt ${count} ]; do nq -q true; i=$((i + 1)); done; nq -w`,
  },
  {
    name: "GNU parallel",
    missing: needs("parallel"),
    script: (count) => `seq ${count} | parallel -j${SLOTS} -n1 true`,
  },
  {
    name: "BullMQ",
    missing: () => (existsSync(join(PACKAGES, "node_modules/bullmq")) ? needs("redis-server")() : INSTALL),
    script: (count) => `redis-server --port 0 --unixsocket "$PWD/redis" --save "" --appendonly no >/dev/null & redis=$!
      until [ -S redis ]; do sleep 0.01; done
      "${process.execPath}" "${join(PACKAGES, "bullmq.mjs")}" ${count} ${SLOTS} "$PWD/redis"; code=$?
      kill $redis; wait $redis; exit $code`,
  },
  {
    name: `xargs -P${SLOTS}`,
    missing: needs("xargs"),
    goal: { of: "ratio", atLeast: 0.8 },
    script: (count) => `seq ${count} | xargs -P${SLOTS} -n1 true`,
  },
];
