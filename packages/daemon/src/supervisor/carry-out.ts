/** Acts on what is durable: launches, signals, and clears away what a run needed. */
import type { LiveRun, Task } from "@claudine/protocol";
import type { Fact } from "../engine.ts";
import { runKey, runUid } from "../running/launch.ts";
import { errorFacts } from "../log.ts";
import type { SupervisorPorts } from "./ports.ts";
import type { Reporter } from "./reporter.ts";
import type { Starter } from "./starter.ts";

export type CarryOut = {
  (fact: Fact): void;
  /** Sends what was asked of a run that an earlier daemon started, as that one may not have come to it. */
  takeUp(task: Task, run: LiveRun): void;
};

export function createCarryOut(ports: SupervisorPorts, reporter: Reporter, starter: Starter): CarryOut {
  const signal = (task: Task, run: LiveRun, name: string): void => {
    // The record may know of a start that was not reported yet; then `run.started` brings the signal.
    if (run.started === undefined) {
      const key = runKey(task.id, run.attempt);
      if (run.stopping !== undefined) starter.giveUp(key);
      return reporter.look(key);
    }
    const tree = { identity: run.started, runUid: runUid(task, run.attempt) };
    ports
      .signalTree(tree, name)
      .catch((error: unknown) =>
        ports.log.error("A signal could not be sent", { task: task.id, signal: name, ...errorFacts(error) }),
      );
  };
  const signalGroup = (task: Task, run: LiveRun, name: string): void => {
    if (run.started === undefined) return;
    try {
      ports.signalGroup({ identity: run.started, runUid: runUid(task, run.attempt) }, name);
    } catch (error) {
      ports.log.error("A signal could not be sent", { task: task.id, signal: name, ...errorFacts(error) });
    }
  };
  /** Sends what was asked of a run before its start was known. */
  const catchUp = (task: Task, run: LiveRun): void => {
    if (run.stopping !== undefined) signal(task, run, run.stopping.killed ? "SIGKILL" : run.stopping.signal);
    if (task.status.state === "paused") signal(task, run, "SIGSTOP");
  };
  const takeUp = (task: Task, run: LiveRun): void => {
    catchUp(task, run);
    const isToRun = task.status.state === "running" && run.stopping === undefined;
    // The daemon before may have died between the wish to resume it and the signal. Not asked whether it has stopped: a
    // shell that waits for its fork does not look like it, and who runs is not disturbed.
    if (isToRun && run.started !== undefined) signal(task, run, "SIGCONT");
  };
  const onRun = (event: Fact["event"], task: Task, run: LiveRun): void => {
    switch (event.type) {
      case "run.admitted":
        return starter.start(task, run);
      case "run.started":
        return catchUp(task, run);
      case "run.stopping":
        return signal(task, run, event.signal);
      case "run.escalated":
        return signal(task, run, "SIGKILL");
      case "run.paused":
        return signal(task, run, "SIGSTOP");
      case "run.resumed":
        return signal(task, run, "SIGCONT");
      case "run.signalled":
        return signalGroup(task, run, event.signal);
      case "task.submitted":
      case "task.skipped":
      case "task.failed":
      case "task.moved":
      case "task.changed":
      case "run.warned":
      case "worktree.changed":
      case "run.attention":
      case "group.removed":
      case "task.held":
      case "task.released":
      case "task.cancelled":
      case "task.retried":
      case "task.told":
      case "task.removed":
      case "run.finished":
      case "group.changed":
      case "agent.limited":
      case "agent.freed":
      case "budget.reached":
      case "schedule.added":
      case "schedule.changed":
      case "schedule.paused":
      case "schedule.resumed":
      case "schedule.fired":
      case "schedule.skipped":
      case "schedule.removed":
      case "daemon.started":
      case "daemon.stopped":
        return;
    }
  };
  const carryOut = ({ event, task }: Fact): void => {
    if (task === undefined) return;
    if (event.type === "run.finished") return ports.clearAway(task, event.attempt);
    if ("run" in task.status) onRun(event, task, task.status.run);
  };
  return Object.assign(carryOut, { takeUp });
}
