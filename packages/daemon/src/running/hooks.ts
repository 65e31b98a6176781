/** Runs `callback` and `onFinish` when tasks have ended, and `onAttention` when one needs a person; a few at a time. At most once each: a crash may lose them. */
import { isFinished, taskInfo, type EventType, type Task } from "@claudine/protocol";
import type { Fact } from "../engine.ts";
import type { Log } from "../log.ts";
import type { RunFiles } from "../output/files.ts";
import type { HookCommand } from "../runner/hook-process.ts";

export type HookPorts = {
  /** Of the configuration. */
  callback: string | undefined;
  /** Of the configuration, for agents. */
  onAttention: string | undefined;
  run(hook: HookCommand): Promise<string | undefined>;
  files(id: number, attempt: number): Pick<RunFiles, "stdout" | "stderr">;
  /** The task's own environment; empty when it cannot be read any more. */
  environment(task: Task): Readonly<Record<string, string>>;
  /** How many tasks wait now. */
  queued(): number;
  log: Log;
};

export type Hooks = {
  onFacts(facts: readonly Fact[]): void;
  /** Lets those that wait begin, as long as that does not take longer; the others are left out, and that is said. */
  close(deadlineMs: number): Promise<void>;
};

const AT_ONCE = 4;
/** Whoever ends tasks faster than hooks run gets the newest of them. */
const WAITING_AT_MOST = 1000;
/** Linux gives a program no variable of 128 KiB or more: a command may be longer. */
const CHARACTERS_AT_MOST = 32_768;

export function createHooks(ports: HookPorts): Hooks {
  const waiting: { task: Task; command: string }[] = [];
  let running = 0;
  let onNoneWaiting = (): void => {};

  const next = (): void => {
    if (waiting.length === 0) onNoneWaiting();
    const hook = running < AT_ONCE ? waiting.shift() : undefined;
    if (hook === undefined) return;
    running += 1;
    const { task, command } = hook;
    void ports.run({ command, cwd: "/", env: variables(ports, task) }).then((problem) => {
      running -= 1;
      if (problem !== undefined) ports.log.warn("A hook failed", { task: task.id, problem });
      next();
    });
    next();
  };
  return {
    onFacts(facts) {
      for (const task of endedTasks(facts)) {
        const commands = [task.onFinish, ports.callback].filter((command) => command !== undefined);
        for (const command of commands) waiting.push({ task, command });
      }
      const { onAttention: command } = ports;
      if (command !== undefined) for (const task of needingAttention(facts)) waiting.push({ task, command });
      const lost = waiting.splice(0, waiting.length - WAITING_AT_MOST);
      if (lost.length > 0) ports.log.warn("Hooks were left out: too many wait", { count: lost.length });
      next();
    },
    async close(deadlineMs) {
      await new Promise<void>((resolve) => {
        const guard = setTimeout(resolve, deadlineMs);
        onNoneWaiting = () => {
          clearTimeout(guard);
          resolve();
        };
        next();
      });
      const lost = waiting.splice(0);
      if (lost.length > 0) ports.log.warn("Hooks were left out: the daemon ends", { count: lost.length });
    },
  };
}

const ENDS: ReadonlySet<EventType> = new Set(["run.finished", "task.cancelled", "task.skipped", "task.failed"]);

/** A run that a retry follows at once has not ended its task. */
function endedTasks(facts: readonly Fact[]): Task[] {
  const last = new Map<number, Task>();
  const ended = new Set<number>();
  for (const { event, task } of facts) {
    if (task === undefined) continue;
    last.set(task.id, task);
    if (ENDS.has(event.type)) ended.add(task.id);
  }
  return [...ended].flatMap((id) => {
    const task = last.get(id);
    return task !== undefined && isFinished(task.status.state) ? [task] : [];
  });
}

function needingAttention(facts: readonly Fact[]): Task[] {
  return facts.flatMap(({ event, task }) =>
    event.type === "run.attention" && event.attention !== null && task !== undefined ? [task] : [],
  );
}

function variables(ports: HookPorts, task: Task): Record<string, string> {
  const info = taskInfo(task);
  const { stdout, stderr } = ports.files(task.id, task.attempt);
  const facts: Record<string, string | number | null> = {
    TASK_ID: info.id,
    RUN: info.attempt,
    GROUP: info.group,
    LABEL: info.label,
    COMMAND: info.command,
    CWD: info.cwd,
    STATE: info.state,
    REASON: info.reason,
    ATTENTION: info.agent?.attention?.note ?? null,
    EXIT_CODE: info.exitCode,
    SIGNAL: info.signal,
    STARTED_AT: info.startedAt,
    FINISHED_AT: info.finishedAt,
    STDOUT: stdout,
    STDERR: stderr,
    QUEUED: ports.queued(),
  };
  const named = Object.entries(facts).map(([name, value]) => [
    `CLAUDINE_${name}`,
    String(value ?? "").slice(0, CHARACTERS_AT_MOST),
  ]);
  return { ...ports.environment(task), ...Object.fromEntries(named) };
}
