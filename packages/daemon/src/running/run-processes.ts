/** The runner as the daemon uses it: launching, signals, samples and the machine, wired together once. */
import type { Log } from "../log.ts";
import { openCgroups } from "../runner/cgroups.ts";
import { createHostReader } from "../runner/host.ts";
import type { StartSpec } from "../runner/frame.ts";
import { createLauncher } from "../runner/launcher.ts";
import { endMarked } from "../runner/marked.ts";
import type { RunProcesses } from "../runner/members.ts";
import { createMeter, type Meter } from "../runner/meter.ts";
import type { RunUsage } from "../runner/meter-totals.ts";
import { systemProcesses, type Processes } from "../runner/processes.ts";
import type { RecordStart } from "../runner/record.ts";
import { chooseShim, shimKindFrom } from "../runner/shim-process.ts";
import { signalRun } from "../runner/signal.ts";
import { createStdinFifo } from "../runner/stdin.ts";
import { createTrees } from "../runner/trees.ts";
import { pidusageSource, usageOfStats } from "../runner/usage-source.ts";
import { openWake, type Wake, type WakeFact } from "../runner/wake.ts";
import { readRecord, type RunRecord } from "../runner/record.ts";
import { createSpareDescriptor } from "../runner/spare-descriptor.ts";

export type RunProcessesOptions = {
  shimDir: string;
  wakePath: string;
  intervalMs: number;
  log: Log;
  on: {
    wake(fact: WakeFact): void;
    started(key: string, start: RecordStart): void;
    sample(key: string, usage: RunUsage): void;
    gone(key: string): void;
    shimExit(): void;
  };
};

const isShortOfDescriptors = (record: RunRecord) => record.state === "unreadable" && record.errno === "EMFILE";

/** Ends of trees are waited for this long; what is left then cannot be killed (uninterruptible sleep). */
const TREE_DEADLINE_MS = 5000;

export function openProcesses(options: RunProcessesOptions) {
  const { log, on } = options;
  const system: Processes = systemProcesses(process.platform);
  const bootId = system.bootId();
  let wake: Wake | undefined;
  const launcher = createLauncher({
    shimDir: options.shimDir,
    wakeFifoPath: options.wakePath,
    bootId,
    onNoStart: (runKey, errno) => on.wake({ type: "not-started", runKey, errno }),
    onShimExit: (exit) => {
      log.warn("The shim ended; its running tasks go on", exit);
      on.shimExit();
    },
    log: (message, details) => log.debug(message, details),
  });
  const never = () => (launcher.pid === undefined ? [] : [launcher.pid]);
  const trees = createTrees(system, never);
  const cgroups = openCgroups();
  const spare = createSpareDescriptor();
  const meter: Meter = createMeter({
    processes: system,
    intervalMs: options.intervalMs,
    never,
    readUsage:
      process.platform === "linux"
        ? usageOfStats
        : pidusageSource({ usePs: true, maxAgeMs: 3 * options.intervalMs, now: () => performance.now() }),
    onStarted: on.started,
    onSample: on.sample,
    onGone: on.gone,
  });
  return {
    system,
    bootId,
    meter,
    kind: chooseShim(shimKindFrom(process.env["CLAUDINE_SHIM"])).kind,
    start: (spec: StartSpec) => launcher.start(spec),
    createStdin: createStdinFifo,
    readRecord: (path: string): RunRecord => spare.use(() => readRecord(path), isShortOfDescriptors),
    readHost: createHostReader(),
    /** Records are read after this, so that no wake-up is missed. */
    async listen() {
      wake = await openWake(options.wakePath, on.wake);
    },
    signalGroup(run: RunProcesses, signal: string) {
      signalRun(system, run.identity, signal as NodeJS.Signals);
    },
    makeGroup: cgroups.make,
    groupTotals: cgroups.totals,
    isCapped: cgroups.isCapped,
    ranOutOfMemory: cgroups.ranOutOfMemory,
    removeGroup: cgroups.remove,
    endMarked: (runUid: string) => endMarked(system, runUid),
    async signalTree(run: RunProcesses, signal: string) {
      // Nothing that is frozen can act on a signal; a stop is sent first, so that the leader is seen to be stopped.
      if (signal !== "SIGSTOP") cgroups.freeze(run.runUid, false);
      const [end] = await Promise.all([
        trees.signal(run, signal as NodeJS.Signals, TREE_DEADLINE_MS),
        signal === "SIGKILL" ? cgroups.kill(run.runUid, TREE_DEADLINE_MS) : undefined,
      ]);
      if (signal === "SIGSTOP") cgroups.freeze(run.runUid, true);
      if (end.left.length > 0) log.error("Processes could not be killed", { pids: end.left });
    },
    async treeGone(run: RunProcesses, deadlineMs: number) {
      const [end, isEmpty] = await Promise.all([trees.gone(run, deadlineMs), cgroups.empty(run.runUid, deadlineMs)]);
      return isEmpty && end.left.length === 0;
    },
    close() {
      launcher.close();
      meter.close();
      wake?.close();
      spare.close();
    },
  };
}
