/** Methods about the daemon, its machine, store and configuration. */
import * as z from "zod";
import { Group, HostSample, LiveUsage, ScheduleCounts, StateCounts } from "../host.ts";
import { Empty, Notice } from "../params.ts";
import { Millis, TaskId } from "../task.ts";
import { method } from "./method.ts";

export const DAEMON_METHODS = {
  "host.read": method(
    "The machine, the groups, the counts, and what every running task uses now.",
    z.strictObject({ explain: z.array(TaskId).max(1000).default([]).describe("Say why these wait") }),
    z.object({
      at: Millis,
      host: HostSample,
      counts: StateCounts,
      groups: z.array(Group),
      live: z.array(LiveUsage),
      reasons: z.array(Notice),
      agingMs: z.number().nullable().describe("So much waiting is worth a point of priority; null when none is"),
    }),
  ),
  "daemon.status": method(
    "Who the daemon is and how it fares.",
    Empty,
    z.object({
      pid: z.int(),
      version: z.string(),
      startedAt: Millis,
      uptimeMs: z.number(),
      socket: z.string(),
      stateDir: z.string(),
      rssBytes: z.number(),
      connections: z.int(),
      lastSeq: z.int(),
      counts: StateCounts,
      schedules: ScheduleCounts,
      launcher: z.enum(["perl", "node"]),
      accepting: z.boolean().describe("False while it stops or cannot write its state"),
      problem: z.string().nullable(),
    }),
  ),
  "daemon.stop": method(
    "Stops the daemon. Tasks go on unless `killTasks`; the answer comes before the socket closes.",
    z.strictObject({ killTasks: z.boolean().default(false), graceMs: z.int().min(0).max(86_400_000).optional() }),
    z.object({ pid: z.int(), left: z.int().describe("Tasks still running") }),
  ),
  "store.backup": method(
    "Writes a consistent copy of tasks, runs and journal (not the output) into one new file.",
    z.strictObject({ path: z.string().min(1).max(4096).describe("Absolute") }),
    z.object({ path: z.string(), bytes: z.int() }),
  ),
  "metrics.read": method(
    "Counters, gauges and histograms as Prometheus reads them.",
    Empty,
    z.object({ contentType: z.string(), text: z.string() }),
  ),
  "doctor.run": method(
    "Checks store, folders and platform.",
    Empty,
    z.object({
      checks: z.array(
        z.object({
          name: z.string(),
          level: z.enum(["ok", "warning", "error"]),
          message: z.string(),
          hint: z.string().nullable(),
        }),
      ),
    }),
  ),
  "config.get": method(
    "The configuration in force, as the file would say it: times are texts with a unit, as `5s`.",
    Empty,
    z.object({ path: z.string(), config: z.record(z.string(), z.unknown()) }),
  ),
} as const;
