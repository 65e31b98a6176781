/** What the runner asks the system about processes; a port, as Linux has /proc and the others have ps(1). */
import { linuxProcesses } from "./processes-linux.ts";
import { psProcesses } from "./processes-ps.ts";

export type ProcessStat = {
  pid: number;
  ppid: number;
  pgid: number;
  /** Session; where ps does not tell it, the process group. */
  sid: number;
  /** One letter: R, S, D, T, Z … */
  state: string;
  /** Kernel start time: clock ticks since boot, or epoch seconds from ps. With the pid and the boot it names the process. */
  startTicks: string;
  /** CPU time of the process and of the children it has waited for. */
  cpuMs: number;
  threads: number;
  /** What it uses itself, where the same look tells it. */
  own?: { cpuMs: number; rssBytes: number; ageMs: number };
};

export type ProcessIo = { readBytes: number; writeBytes: number; readOps: number; writeOps: number };

export type Processes = {
  bootId(): string;
  read(pid: number): ProcessStat | undefined;
  list(): ProcessStat[];
  sameStart(one: string, other: string): boolean;
  /**
   * The value of a variable that each of these processes was started with; empty where it is not set, and for processes
   * of others. One that shows no environment is left out: it has none, it is gone, or it is just becoming another program.
   */
  environment(variable: string, pids: readonly number[]): Map<number, string>;
  /** What the kernel calls it: a program's name, without arguments; empty when unknown. */
  name(pid: number): string;
  /** What it calls itself: its command line, cut at 2 KB; empty when unknown. */
  title(pid: number): string;
  /** Bytes moved to and from storage, and calls that read and wrote, of the process and of the children it has waited for. */
  io(pid: number): ProcessIo | undefined;
};

export function systemProcesses(platform: NodeJS.Platform): Processes {
  return platform === "linux" ? linuxProcesses() : psProcesses();
}
