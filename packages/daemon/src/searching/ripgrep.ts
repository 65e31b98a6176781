/**
 * Asks ripgrep, where it is installed, for the first line of a large plain file that holds a text: it reads some four
 * times as fast. What matches, and how, is decided elsewhere; what ripgrep passes over could not have matched.
 */
import { spawn } from "node:child_process";
import type { At } from "./search-lines.ts";

export type Ripgrep = {
  /** Undefined when nobody knows: it is not there, has failed, or took longer than `maxMs`. */
  first(wanted: { text: string; ignoreCase: boolean }, path: string, maxMs: number): Promise<At | "none" | undefined>;
};

export const NO_RIPGREP: Ripgrep = { first: async () => undefined };

/** Any bytes are text, no file has another encoding, a file may become shorter meanwhile, and no configuration changes that. */
const ARGS =
  "--no-config --no-messages --text --encoding=none --no-mmap --fixed-strings --color=never --no-filename --no-heading".split(
    " ",
  );
/** Where the first line is, and not the line itself, which may be long. */
const FIRST = "--max-count=1 --line-number --byte-offset --max-columns=1".split(" ");

const MATCHED = 0;
const NOT_MATCHED = 1;

export function openRipgrep(program = "rg"): Ripgrep {
  let isThere = true;
  return {
    async first({ text, ignoreCase }, path, maxMs) {
      if (!isThere) return undefined;
      const letters = ignoreCase ? "--ignore-case" : "--case-sensitive";
      const { code, out } = await run(program, [...ARGS, ...FIRST, letters, "-e", text, "--", path], maxMs);
      if (code === NOT_MATCHED) return "none";
      const place = /^(\d+):(\d+):/.exec(out);
      if (code === MATCHED && place !== null) return { line: Number(place[1]), offset: Number(place[2]) };
      isThere = code === null;
      return undefined;
    },
  };
}

/** `code` is null when it was ended for its time. */
function run(program: string, args: readonly string[], maxMs: number): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve) => {
    let out = "";
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"], timeout: maxMs, killSignal: "SIGKILL" });
    child.stdout.setEncoding("latin1").on("data", (piece: string) => (out += piece));
    child.on("error", () => resolve({ code: -1, out: "" }));
    child.on("close", (code) => resolve({ code, out }));
  });
}
