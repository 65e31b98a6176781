/** `claudine top`: the live screen, which is a program of its own and loaded for this verb alone. */
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command, Input, Io } from "../command.ts";
import { flag, number, text } from "../input.ts";
import { loadBundle } from "../load-bundle.ts";
import { pastTime } from "../past-time.ts";
import { printJson } from "../print.ts";
import { runForScreen, screenVerbs, type ScreenTarget, type ScreenVerb } from "../screen-shell.ts";

/** What the screen is told by the command line. */
type TopOptions = {
  socketPath: string;
  autostart: boolean;
  color: boolean;
  ascii?: boolean;
  readOnly: boolean;
  filter?: string;
  group?: string;
  plain: boolean;
  replay?: Replay;
  seenFile: string;
  shell: { verbs: readonly ScreenVerb[]; run(line: readonly string[], to: ScreenTarget): Promise<number> };
};
type Replay = { from: number; to: number; at: number; speed: number; playing: boolean };

/** The export of the bundle. It resolves with the exit code when the person leaves. */
type TopModule = { runTop: (options: TopOptions) => Promise<number> };

/** What is read around the moment of `--at`. */
const AROUND_MS = 15 * 60_000;

export const top: Command = {
  name: "top",
  inNode: true,
  summary: "Watch and steer the tasks on a live screen",
  options: [
    { name: "filter", type: "string", arg: "WORDS", describe: "Show only these, as / does: failed, label:x, text" },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "Only this group" },
    { name: "read-only", type: "boolean", describe: "Nothing can be changed from the screen" },
    { name: "plain", type: "boolean", describe: "Print one frame as text" },
    { name: "at", type: "string", arg: "TIME", describe: "The screen as it was then: 03:10, 30m ago, a date" },
    { name: "replay", type: "string", arg: "FROM..TO", describe: "Play what happened, as 03:00..03:30" },
    { name: "speed", type: "number", least: 1, arg: "N", describe: "How fast to play it (10)" },
    { name: "ascii", type: "boolean", describe: "Draw with ASCII characters only" },
  ],
  examples: [
    ["claudine top --at 03:10", "what was going on when it went wrong"],
    ["claudine top --replay 03:00..03:30 --speed 60", "half an hour in half a minute"],
    ["claudine top --plain --filter running", "one frame, for a pipe"],
    ["claudine top --json", "the machine's load and what every running task uses, once"],
  ],
  async run(input, io) {
    const replay = replayOf(input, Date.now());
    if (flag(input, "json")) {
      if (replay !== undefined) throw onlyNow();
      const client = await io.connect();
      printJson(io, await client.call("host.read", {}));
      return 0;
    }
    const plain = isPlain(input, io);
    const { runTop } = await loadBundle<TopModule>("show top", "claudine-top.mjs");
    const [filter, group] = [text(input, "filter"), text(input, "group")];
    return await runTop({
      socketPath: io.paths.socket,
      autostart: !flag(input, "no-autostart"),
      color: io.color,
      readOnly: flag(input, "read-only"),
      plain,
      seenFile: join(io.paths.stateDir, "top-seen.json"),
      shell: await shellOf(io),
      ...(filter === undefined ? {} : { filter }),
      ...(group === undefined ? {} : { group }),
      ...(replay === undefined ? {} : { replay }),
      ...(flag(input, "ascii") ? { ascii: true } : {}),
    });
  },
};

/** A terminal that cannot move its cursor gets one frame. */
function isPlain(input: Input, io: Io): boolean {
  if (flag(input, "plain")) return true;
  if (!io.stdoutIsTty || !process.stdin.isTTY) {
    throw new ClaudineError("invalid_params", "Cannot show top: this is no terminal", {
      hint: "claudine top --plain, claudine list, or claudine top --json",
    });
  }
  if (io.env["TERM"] !== "dumb") return false;
  io.err("This terminal cannot move its cursor (TERM=dumb), so here is one frame, as with --plain\n");
  return true;
}

function onlyNow(): ClaudineError {
  return new ClaudineError("invalid_params", "Cannot show top: --json tells of now, and not of a time before", {
    hint: "claudine top --plain --at TIME; claudine events and claudine history have --json",
  });
}

/** @throws ClaudineError invalid_params */
function replayOf(input: Input, now: number): Replay | undefined {
  const [at, stretch, speed = 10] = [text(input, "at"), text(input, "replay"), number(input, "speed")];
  if (at !== undefined && stretch !== undefined)
    throw new ClaudineError("invalid_params", "Cannot show top: --at does not go with --replay", {
      hint: "--at shows a moment, --replay plays a stretch",
    });
  if (at !== undefined) {
    const moment = pastTime("at", at, now);
    const [from, to] = [moment - AROUND_MS, Math.min(now, moment + AROUND_MS)];
    return { from, to, at: moment, speed, playing: false };
  }
  if (stretch === undefined) return undefined;
  const [first = "", last = "now", ...more] = stretch.split("..");
  const [from, to] = [pastTime("replay", first, now), pastTime("replay", last === "" ? "now" : last, now)];
  if (from < to && more.length === 0) return { from, to, at: from, speed, playing: true };
  throw new ClaudineError("invalid_params", `Cannot show top: --replay ${stretch.slice(0, 80)} is no stretch of time`, {
    hint: "Write the earlier time first, as 03:00..03:30",
  });
}

async function shellOf(io: Io): Promise<TopOptions["shell"]> {
  const { COMMANDS } = await import("./index.ts");
  return {
    verbs: screenVerbs(COMMANDS),
    run: (line, to) => runForScreen(COMMANDS, line, { io, to }),
  };
}
