/** The stream of `codex exec --json`: a thread has turns, and a turn has items. */
import type { Clock, Parsed, ParserState } from "./adapter.ts";
import { itemCompleted, itemStarted } from "./codex-items.ts";
import type { AgentEvent } from "./event.ts";
import { errorOf } from "./parse/errors.ts";
import { numberOf, objectOf, parseObject, textOf, writable, type JsonObject } from "./parse/json.ts";
import { failed, failedResult, jsonLines, type MessageReader } from "./parse/state.ts";
import { line } from "./parse/summary.ts";

const readers: ReadonlyMap<string, MessageReader | undefined> = new Map([
  ["thread.started", threadStarted],
  ["turn.started", turnStarted],
  ["turn.completed", turnCompleted],
  ["turn.failed", turnFailed],
  ["item.started", itemStarted],
  ["item.updated", undefined],
  ["item.completed", itemCompleted],
  ["item.plan.delta", undefined],
  ["request_user_input", requestUserInput],
  ["error", errorLine],
]);

export const parseCodex = jsonLines(readers);

function threadStarted(state: ParserState, message: JsonObject): Parsed {
  const id = textOf(message, "thread_id") ?? "";
  return { state: { ...state, sessionId: id }, events: [{ type: "session", id }] };
}

function turnStarted(state: ParserState): Parsed {
  return { state: { ...state, done: false, error: undefined }, events: [{ type: "turn" }] };
}

/** The counts go on from run to run of a thread. */
function turnCompleted(state: ParserState, message: JsonObject): Parsed {
  const usage = objectOf(message, "usage");
  const of = (name: string) => numberOf(usage, name) ?? 0;
  const tokens = { input: of("input_tokens"), output: of("output_tokens"), cached: of("cached_input_tokens") };
  const structured = writable(parseObject(state.text));
  const events: AgentEvent[] = [
    { type: "usage", total: true, wholeSession: true, tokens },
    { type: "result", ok: true, text: state.text, ...(structured !== undefined && { structured }) },
  ];
  return { state: { ...state, done: true }, events };
}

function turnFailed(state: ParserState, message: JsonObject, clock: Clock): Parsed {
  const text = textOf(objectOf(message, "error"), "message");
  return failedResult(state, text === undefined ? undefined : errorOf(text, clock));
}

/** `Reconnecting... 1/5 (why)` is not the end yet. */
function errorLine(state: ParserState, message: JsonObject, clock: Clock): Parsed {
  const text = textOf(message, "message") ?? "It had an error that it did not name";
  const why = /^Reconnecting\.{3}[^(]{0,40}\((.*)\)\s*$/s.exec(text)?.[1];
  if (why === undefined) return failed(state, errorOf(text, clock));
  return { state, events: [{ type: "retrying", error: errorOf(why, clock) }] };
}

function requestUserInput(state: ParserState): Parsed {
  return { state, events: [{ type: "needs-input", text: line("it asks a question, and nobody can answer it") }] };
}
