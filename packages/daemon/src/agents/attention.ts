/** Whether a person should look at an agent's run, and whether it is to be ended. Pure. */
import type { AgentProgress } from "@claudine/agents";
import { formatDuration, type Attention } from "@claudine/protocol";
import { isLimit } from "../core/agent-limits.ts";

export type WatchRules = {
  /** Undefined: never. */
  quietAfterMs: number | undefined;
  endQuietAfterMs: number | undefined;
  endLingeringAfterMs: number | undefined;
};

export type Seen = {
  progress: Pick<AgentProgress, "attention" | "error" | "result">;
  /** How long it has written nothing. */
  quietMs: number;
  /** Since its final answer; undefined before. */
  answeredMs: number | undefined;
  /** Its session stays open for more. */
  takesMessages: boolean;
};

export type Judgement = { attention: Omit<Attention, "since"> | null; end?: "quiet" | "lingering" };

/** Tools take a moment to end after the last word. */
const LINGERS_AFTER_MS = 15_000;

export function judge({ progress, quietMs, answeredMs, takesMessages }: Seen, rules: WatchRules): Judgement {
  if (progress.result !== undefined && answeredMs !== undefined) {
    if (takesMessages && progress.result.ok) return { attention: null };
    // A session at its limit is of no use until that is over, and its task waits for that without it.
    const isOver = !takesMessages || isLimit(progress.error);
    if (isOver && answeredMs >= (rules.endLingeringAfterMs ?? Infinity))
      return { attention: lingering(answeredMs), end: "lingering" };
    return { attention: answeredMs >= LINGERS_AFTER_MS ? lingering(answeredMs) : null };
  }
  if (quietMs >= (rules.endQuietAfterMs ?? Infinity)) return { attention: quiet(quietMs), end: "quiet" };
  if (progress.attention !== undefined) return { attention: { kind: "asking", note: progress.attention } };
  return { attention: quietMs >= (rules.quietAfterMs ?? Infinity) ? quiet(quietMs) : null };
}

function lingering(forMs: number): Judgement["attention"] {
  return { kind: "lingering", note: `has not ended ${formatDuration(forMs)} after its final answer` };
}

function quiet(forMs: number): Judgement["attention"] {
  return { kind: "quiet", note: `wrote nothing for ${formatDuration(forMs)}` };
}
