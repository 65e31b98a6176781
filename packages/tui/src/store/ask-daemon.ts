/** Calls of methods that an older daemon may not have, and of which this screen reads only a part. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Source } from "./source.ts";

export type HistorySample = {
  at: number;
  cpuPercent: number;
  memTotalBytes: number;
  memAvailableBytes: number;
  load1: number;
  pressure: { cpu: number | null; memory: number | null; io: number | null };
  diskFreeBytes?: number | null;
  counts?: Readonly<Record<string, number>>;
  slotsUsed?: number;
  slotsTotal?: number | null;
};
export type HostHistory = { stepMs: number; samples: readonly HistorySample[] };
export type CoursePoint = { at: number; cpuPercent: number; rssBytes: number; processes?: number };
export type RunCourse = { attempt: number; points: readonly CoursePoint[] };
type Late = {
  "host.history": { params: { since?: number; until?: number; stepMs?: number }; result: HostHistory };
  "run.course": { params: { id: number; attempt?: number }; result: RunCourse };
};

type AnyCall = (method: string, params: unknown, options?: { signal?: AbortSignal }) => Promise<unknown>;

/** @returns undefined when the daemon has no such method */
export async function askDaemon<M extends keyof Late>(
  source: Pick<Source, "call">,
  method: M,
  params: Late[M]["params"],
): Promise<Late[M]["result"] | undefined> {
  try {
    return (await (source.call as AnyCall)(method, params)) as Late[M]["result"];
  } catch (error) {
    if (error instanceof ClaudineError && error.code === "unknown_method") return undefined;
    throw error;
  }
}
