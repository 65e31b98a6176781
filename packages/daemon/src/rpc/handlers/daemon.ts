/** The daemon itself, the machine, checks and configuration. */
import { isAbsolute } from "node:path";
import { ClaudineError, isFinished, type Result } from "@claudine/protocol";
import { writtenConfig } from "../../config/config.ts";
import { explain } from "../../core/explain.ts";
import { firstDue } from "../../core/schedules.ts";
import type { State } from "../../core/state.ts";
import { explainFacts } from "../task-info.ts";
import type { Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { ended, waitForTasks } from "../wait.ts";
import { groupsOf } from "./groups.ts";

export const status: Handler<"daemon.status"> = async (context) =>
  context.engine.read((state) => {
    const problem = context.engine.problem();
    return {
      pid: process.pid,
      version: context.version,
      startedAt: context.startedAt,
      uptimeMs: Math.round(process.uptime() * 1000),
      socket: context.paths.socket,
      stateDir: context.paths.stateDir,
      rssBytes: process.memoryUsage.rss(),
      connections: context.connections(),
      lastSeq: state.lastSeq,
      counts: { ...state.counts },
      schedules: scheduleCounts(state),
      launcher: context.launcher,
      accepting: problem === undefined,
      problem: problem?.message ?? null,
    };
  });

function scheduleCounts(state: State): Result<"daemon.status">["schedules"] {
  const all = [...state.schedules.all.values()];
  return {
    total: all.length,
    paused: all.filter(({ paused }) => paused).length,
    next: firstDue(state.schedules)?.due ?? null,
    fired: all.reduce((sum, { fired }) => sum + fired, 0),
    skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

export const stop: Handler<"daemon.stop"> = async (context, { killTasks, graceMs }, caller) => {
  if (killTasks) {
    context.engine.admit(false);
    const ids = await context.engine.read((state) => [...state.inFlight]);
    await context.engine.dispatch({
      type: "stop",
      cause: "kill",
      signal: "SIGTERM",
      graceMs: graceMs ?? context.config.grace,
      note: "the daemon was stopped with --kill-tasks",
      targets: { named: [], matched: ids },
    });
    await waitForTasks(context, { ids, judge: ended, caller });
  }
  const left = await context.engine.read((state) => state.inFlight.size);
  context.shutdown();
  return { pid: process.pid, left };
};

export const host: Handler<"host.read"> = async (context, params) =>
  context.engine.read((state) => ({
    at: Date.now(),
    host: context.readHost(),
    counts: { ...state.counts },
    groups: groupsOf(state),
    live: context.usage.all(),
    agingMs: state.settings.agingMs ?? null,
    reasons: params.explain.flatMap((id) => {
      const task = taskOf(context, state, id);
      const why =
        task === undefined || isFinished(task.status.state) ? null : explain(explainFacts(context, state), task);
      return why === null ? [] : [{ id, why }];
    }),
  }));

export const backup: Handler<"store.backup"> = async (context, { path }) => {
  if (!isAbsolute(path))
    throw new ClaudineError("invalid_params", `Cannot back up to "${path}": the path is not absolute`);
  return { path, ...(await context.store.backup(path)) };
};

export const metrics: Handler<"metrics.read"> = async (context) => context.metrics.read();

export const doctor: Handler<"doctor.run"> = async (context) => ({ checks: context.checks() });

export const config: Handler<"config.get"> = async (context) => ({
  path: context.paths.configFile,
  config: writtenConfig(context.config),
});
