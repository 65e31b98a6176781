/** Looks at the machine every few seconds, and keeps what it saw: each sample for a day, averages for a month. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HistoryConfig, HostPoint, Result } from "@claudine/protocol";
import { averagePoints, createThinner, packPoint, unpackPoint } from "./host-point.ts";
import type { HistoryStore, HostRow, Tier } from "./ports.ts";
import type { HistoryWriter } from "./writer.ts";

export type HostHistory = {
  read(range: { since: number; until: number; stepMs: number }): Promise<Result<"host.history">>;
  /** What is not a whole average yet. */
  gather(): void;
  close(): void;
};

export type HostHistoryPorts = {
  config: HistoryConfig;
  measure(): Promise<HostPoint>;
  store: Pick<HistoryStore, "hostRows" | "hostSince">;
  writer: Pick<HistoryWriter, "pending" | "within">;
  /** Something is unfinished: what happens now is of more interest than the rest of the disk. */
  isBusy(): boolean;
  pointsMax: number;
};

const WRITE_MS_BUSY = 60_000;
const WRITE_MS_IDLE = 300_000;
/** Records decoded before others get their turn. */
const RECORDS_AT_ONCE = 50;

export function createHostHistory(ports: HostHistoryPorts): HostHistory {
  const { config, writer } = ports;
  const { pending } = writer;
  let open: [HostPoint, ...HostPoint[]] | undefined;

  const closeLong = (): void => {
    if (open !== undefined) pending.host.long.push(packPoint(averagePoints(open)));
    open = undefined;
  };
  const add = (point: HostPoint): void => {
    if (config.keep > 0) pending.host.short.push(packPoint(point));
    if (config.longKeep > 0) {
      const isSame = open !== undefined && stepOf(open[0], config.longEvery) === stepOf(point, config.longEvery);
      if (!isSame) closeLong();
      if (isSame) open?.push(point);
      else open = [point];
    }
    writer.within(ports.isBusy() ? WRITE_MS_BUSY : WRITE_MS_IDLE);
  };
  let closed = false;
  const look = (): void => {
    void ports.measure().then(
      (point) => {
        if (!closed) add(point);
      },
      // The next look may see more.
      () => {},
    );
  };
  const wanted = config.keep > 0 || config.longKeep > 0;
  const timer = wanted ? setInterval(look, config.every).unref() : undefined;
  return {
    async read({ since, until, stepMs: asked }) {
      const least = Math.ceil(Math.max(1, until - since) / ports.pointsMax);
      const stepMs = Math.max(asked, least, 1);
      const thinner = createThinner(stepMs);
      const shortSince = Math.min(ports.store.hostSince("short") ?? Infinity, firstAt(pending.host.short));
      const ranges: [Tier, number, number][] = [
        ["long", since, Math.min(until, shortSince - 1)],
        ["short", Math.max(since, shortSince), until],
      ];
      for (const [tier, from, to] of ranges) {
        let records = 0;
        for (const rows of withPending(ports, tier, { from, to })) {
          for (const point of rows.map(unpackPoint)) if (point.at >= from && point.at <= to) thinner.add(point);
          records += 1;
          if (records % RECORDS_AT_ONCE === 0) await nextTurn();
        }
      }
      return { stepMs, samples: thinner.points() };
    },
    gather() {
      if (closed) closeLong();
    },
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

function* withPending(
  { store, writer }: HostHistoryPorts,
  tier: Tier,
  { from, to }: { from: number; to: number },
): Generator<HostRow[]> {
  if (to < from) return;
  const waiting = [...writer.pending.host[tier]];
  // What was just being written may be in both.
  const pendingFrom = firstAt(waiting);
  for (const rows of store.hostRows(tier, from, to)) {
    const before = rows.filter(([at]) => typeof at === "number" && at < pendingFrom);
    if (before.length > 0) yield before;
  }
  if (waiting.length > 0) yield waiting;
}

function firstAt([first]: readonly HostRow[]): number {
  return typeof first?.[0] === "number" ? first[0] : Number.POSITIVE_INFINITY;
}

function stepOf({ at }: HostPoint, stepMs: number): number {
  return Math.floor(at / stepMs);
}
