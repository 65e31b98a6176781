/** From the options about git to what a task asks of it. */
import type { SubmitTask } from "@claudine/protocol/methods";
import { ClaudineError } from "@claudine/protocol/errors";
import { flag, type Flagged, list, text } from "../input.ts";
import { duration } from "./values.ts";

type GitRules = Pick<SubmitTask, "worktree" | "checkpoint">;

const OF_WORKTREE = ["base", "setup", "copy", "commit-on-finish"];
const LEAST_MS = 1000;
const CALLS_AT_MOST = 10_000;

/** @throws ClaudineError invalid_params */
export function gitRulesOf(input: Flagged): GitRules {
  return { ...worktreeOf(input), ...checkpointOf(input) };
}

function worktreeOf(input: Flagged): Pick<GitRules, "worktree"> {
  if (input.flags["worktree"] === undefined) {
    const stray = OF_WORKTREE.find((name) => input.flags[name] !== undefined);
    if (stray === undefined) return {};
    throw refuse(`--${stray} goes with --worktree`);
  }
  const [branch, base, setup] = [text(input, "worktree"), text(input, "base"), text(input, "setup")];
  if (branch === "") throw refuse("--worktree= names no branch", "Leave the = out for a new one");
  const copy = list(input, "copy");
  return {
    worktree: {
      ...(branch === undefined ? {} : { branch }),
      ...(base === undefined ? {} : { base }),
      ...(setup === undefined ? {} : { setup }),
      ...(copy.length === 0 ? {} : { copy: [...copy] }),
      ...(flag(input, "commit-on-finish") ? { commitOnFinish: true } : {}),
    },
  };
}

function checkpointOf(input: Flagged): Pick<GitRules, "checkpoint"> {
  if (input.flags["checkpoint"] === undefined) return {};
  const word = text(input, "checkpoint");
  if (word === undefined) return { checkpoint: {} };
  const calls = /^(\d+) ?calls?$/.exec(word)?.[1];
  return {
    checkpoint: calls === undefined ? { everyMs: duration(word, { min: LEAST_MS }) } : { everyCalls: callsOf(calls) },
  };
}

function callsOf(word: string): number {
  const calls = Number(word);
  if (calls >= 1 && calls <= CALLS_AT_MOST) return calls;
  throw refuse(`--checkpoint=${word}calls is not between 1 and ${CALLS_AT_MOST} calls`);
}

function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", `Cannot submit: ${why}`, { hint });
}
