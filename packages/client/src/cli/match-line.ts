/** A match of `search` as a line for people. */
import type { SearchMatch } from "@claudine/protocol/search";
import { oneLine } from "@claudine/protocol/text";
import { paint } from "./paint.ts";

/** `12 command: make test`, `12.1 stdout:345: 3 tests failed`. Control characters are shown, what matches is coloured. */
export function matchLine(match: SearchMatch, color: boolean): string {
  const { id, field, attempt, stream, line } = match;
  const [name, place] = field === "output" ? [`${id}.${attempt}`, `${stream}:${line}`] : [`${id}`, field];
  return `${paint(name, "bold", color)} ${paint(`${place}:`, "dim", color)} ${matchText(match, color)}`;
}

function matchText({ text, spans, cut }: SearchMatch, color: boolean): string {
  let shown = cut.before ? "…" : "";
  let at = 0;
  for (const { from, to } of spans) {
    shown += oneLine(text.slice(at, from)) + paint(oneLine(text.slice(from, to)), "red", color);
    at = to;
  }
  return `${shown}${oneLine(text.slice(at))}${cut.after ? "…" : ""}`;
}
