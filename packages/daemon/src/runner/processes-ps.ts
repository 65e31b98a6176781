/** Processes as ps(1) lists them on macOS. Tested on recorded output only, never on the system itself. */
import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import type { Processes, ProcessStat } from "./processes.ts";

const COLUMNS = "pid=,ppid=,pgid=,stat=,time=,lstart=";
/** The shim's clock and lstart, which is cut to seconds, may differ by this much. */
const START_TOLERANCE_S = 2;

export type Run = (program: string, args: readonly string[]) => string;

export function psProcesses(run: Run = runProgram): Processes {
  let boot: string | undefined;
  const ps = (...args: string[]): ProcessStat[] =>
    run("ps", [...args, "-o", COLUMNS])
      .split("\n")
      .map(parsePsLine)
      .filter((stat) => stat !== undefined);
  return {
    bootId: () => (boot ??= readBootId(run)),
    read: (pid) => ps("-p", String(pid))[0],
    list: () => ps("-ax"),
    sameStart: (one, other) => Math.abs(Number(one) - Number(other)) <= START_TOLERANCE_S,
    environment: (variable, pids) =>
      pids.length === 0
        ? new Map()
        : parseEnvironments(variable, run("ps", ["-wwE", "-p", pids.join(","), "-o", "pid=,command="])),
    name: (pid) => basename(run("ps", ["-p", String(pid), "-o", "comm="]).trim()),
    title: (pid) => run("ps", ["-ww", "-p", String(pid), "-o", "command="]).trim(),
    io: () => undefined,
  };
}

/** A failing ps is one that found nothing. */
function runProgram(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}

/** The session's id is new with each boot; the boot time, for systems without one, moves when the clock is set. */
function readBootId(run: Run): string {
  const session = run("sysctl", ["-n", "kern.bootsessionuuid"]).trim();
  if (session !== "") return session;
  return /sec = (\d+)/.exec(run("sysctl", ["-n", "kern.boottime"]))?.[1] ?? "unknown";
}

export function parsePsLine(line: string): ProcessStat | undefined {
  const [pid, ppid, pgid, state, time, ...lstart] = line.trim().split(/\s+/);
  const startedAt = Date.parse(lstart.join(" "));
  if (state === undefined || time === undefined || Number.isNaN(startedAt)) return undefined;
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(pgid),
    state: state.slice(0, 1),
    startTicks: String(Math.floor(startedAt / 1000)),
    cpuMs: parseCpuTime(time),
    threads: 1,
  };
}

/** The command line and the environment come as one line of words. */
function parseEnvironments(variable: string, output: string): Map<number, string> {
  const line = new RegExp(`^ *(\\d+) (?:.* ${variable}=(\\S+))?`);
  return new Map(
    output
      .split("\n")
      .map((text) => line.exec(text))
      .flatMap((found) => (found === null ? [] : [[Number(found[1]), found[2] ?? ""] as const])),
  );
}

/** `[[dd-]hh:]mm:ss.cc` */
function parseCpuTime(time: string): number {
  const [clock, days] = time.split("-").reverse();
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round(1000 * (seconds + 86_400 * Number(days ?? 0)));
}
