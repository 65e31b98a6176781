/** `claudine daemon`: starts, stops and shows the daemon itself. */
import { ClaudineError } from "@claudine/protocol/errors";
import { parseDuration } from "@claudine/protocol/units";
import type { DaemonStatus } from "../../service/daemon.ts";
import type { Command, Input, Io } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { printJson, say } from "../print.ts";

const start: Command = {
  name: "start",
  summary: "Start the daemon and return when it answers; every other verb does so by itself",
  options: [],
  async run(input, io) {
    const { placeOf, startDaemonByOwner } = await import("../../service/control.ts");
    const { probeDaemon } = await import("../../service/daemon.ts");
    const before = await probeDaemon(placeOf(io));
    const status = before ?? (await startDaemonByOwner(io));
    if (flag(input, "json")) printJson(io, status);
    else
      say(
        input,
        io,
        `claudined ${status.version} ${before === undefined ? "runs" : "runs already"} (pid ${status.pid})`,
      );
    return 0;
  },
};

const stop: Command = {
  name: "stop",
  summary: "Stop the daemon and return when it is gone; tasks go on and the next daemon takes them up",
  options: [
    {
      name: "kill-tasks",
      type: "boolean",
      describe: "End all that runs first, also when no daemon runs; what waits stays, and starts with the next daemon",
    },
    {
      name: "grace",
      type: "string",
      arg: "TIME",
      describe: "With --kill-tasks: time between SIGTERM and SIGKILL, as 10s",
    },
  ],
  async run(input, io) {
    const grace = text(input, "grace");
    const killTasks = flag(input, "kill-tasks");
    if (grace !== undefined && !killTasks)
      throw new ClaudineError("invalid_params", "Cannot stop the daemon with --grace alone: it ends no tasks", {
        hint: "--grace goes with --kill-tasks",
      });
    const graceMs = grace === undefined ? undefined : parseDuration(grace);
    const { placeOf, startDaemonByOwner } = await import("../../service/control.ts");
    const { stopDaemon } = await import("../../service/daemon.ts");
    await refuseElsewhere(io);
    // Tasks go on without a daemon, and only a daemon can end them.
    if (killTasks) await startDaemonByOwner(io);
    const stopped = await stopDaemon(placeOf(io), { killTasks, ...given({ graceMs }) });
    if (flag(input, "json")) printJson(io, stopped ?? { pid: null, left: 0 });
    else if (stopped === undefined) say(input, io, "No daemon runs");
    else say(input, io, `Stopped claudined (pid ${stopped.pid})${leftText(stopped.left)}`);
    return 0;
  },
};

const restart: Command = {
  name: "restart",
  summary: "Replace the daemon by a new one, as after an upgrade; tasks go on",
  options: [],
  async run(input, io) {
    const { restartDaemon } = await import("../../service/control.ts");
    const { tellClaudined } = await import("../claudined.ts");
    // While the old one still runs: a mistyped option must not leave nobody to run the queue.
    await tellClaudined(io, ["--check-config"]);
    const { oldPid, status } = await restartDaemon(io);
    if (flag(input, "json")) printJson(io, { oldPid, ...status });
    else if (oldPid === null) say(input, io, `No daemon ran; now claudined ${status.version} runs (pid ${status.pid})`);
    else say(input, io, `Restarted claudined: pid ${oldPid} is gone, ${status.version} runs as pid ${status.pid}`);
    return 0;
  },
};

const status: Command = {
  name: "status",
  summary: "Show the daemon; exit code 0 when it runs, 3 when not, 4 when it does not answer",
  options: [],
  async run(input, io) {
    const { placeOf } = await import("../../service/control.ts");
    const { probeDaemon } = await import("../../service/daemon.ts");
    const found = await probeDaemon(placeOf(io));
    if (found === undefined) return await showNone(input, io);
    if (flag(input, "json")) printJson(io, { running: true, ...found });
    else if (!flag(input, "quiet")) await showStatus(io, found);
    return 0;
  },
};

const NOT_RUNNING_EXIT = 3;

async function showNone(input: Input, io: Io): Promise<number> {
  const { elsewhereText, servedElsewhere } = await import("../../served-elsewhere.ts");
  const { socket } = io.paths;
  const elsewhere = await servedElsewhere(io.paths);
  const silent = elsewhere === undefined ? await silentHolder(io) : undefined;
  if (silent !== undefined) return showSilent(input, io, silent.pid);
  if (flag(input, "json")) printJson(io, { running: false, socket, ...given({ elsewhere }) });
  else if (elsewhere === undefined) say(input, io, "No daemon runs");
  else say(input, io, `No daemon listens on ${socket}; ${elsewhereText(elsewhere)}`);
  return NOT_RUNNING_EXIT;
}

/** Else what is stopped would be nothing, and what was meant goes on. */
async function refuseElsewhere(io: Io): Promise<void> {
  const { elsewhereError, servedElsewhere } = await import("../../served-elsewhere.ts");
  const elsewhere = await servedElsewhere(io.paths);
  if (elsewhere !== undefined) throw elsewhereError("stop", elsewhere);
}

const SILENT_EXIT = 4;

async function silentHolder(io: Io): Promise<{ pid: number } | undefined> {
  const { lockHolder } = await import("../../service/lock-holder.ts");
  return lockHolder(io.paths);
}

function showSilent(input: Input, io: Io, pid: number): number {
  const { socket } = io.paths;
  if (flag(input, "json")) printJson(io, { running: true, answers: false, pid, socket });
  else say(input, io, `claudined (pid ${pid}) holds the state folder but does not answer on ${socket}`);
  return SILENT_EXIT;
}

function leftText(left: number | null): string {
  if (left === null) return ", which did not answer; its tasks go on";
  if (left === 0) return "";
  return left === 1 ? "; 1 task goes on" : `; ${left} tasks go on`;
}

async function showStatus(io: Io, found: DaemonStatus): Promise<void> {
  const { daemonText } = await import("../daemon-text.ts");
  io.out(daemonText(found));
}

export const daemon: Command = {
  name: "daemon",
  summary: "Start, stop, restart or show the daemon",
  options: [],
  subcommands: [start, stop, restart, status],
};
