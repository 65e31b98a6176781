/** When a task starts at the earliest: `--delay` and `--at`. */
import { parseDuration } from "@claudine/protocol/units";
import { clock } from "../task-values.ts";
import { LONGEST_MS, wrong } from "./values.ts";

/** @throws ClaudineError invalid_params */
export async function delayed(text: string, now: number): Promise<number> {
  try {
    return soonEnough(text, now + parseDuration(text), now);
  } catch (error) {
    if (!/[a-z]{3}/i.test(text)) throw error;
    return understand(text, { words: /^in\s/i.test(text.trim()) ? text : `in ${text}`, now });
  }
}

/** @throws ClaudineError invalid_params when it is not understood, or is over already */
export function moment(text: string, now: number): Promise<number> {
  return understand(text, { words: text, now });
}

async function understand(text: string, { words, now }: { words: string; now: number }): Promise<number> {
  const { understandMoment } = await import("./dates.ts");
  const found = understandMoment(words, now);
  if ("problem" in found) throw wrong(text, found.problem, found.hint);
  if (found.at <= now) throw wrong(text, `is over: it was understood as ${found.words}`, "Give a time that is to come");
  return soonEnough(text, found.at, now);
}

function soonEnough(text: string, at: number, now: number): number {
  if (at - now <= LONGEST_MS) return at;
  throw wrong(text, `is too far away (${clock(at)})`, "Give a time within ten years");
}
