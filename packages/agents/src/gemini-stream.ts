/** The stream of `gemini --output-format stream-json`; texts come in pieces. */
import type { Clock, Parsed, ParserState } from "./adapter.ts";
import type { AgentError, AgentEvent } from "./event.ts";
import { errorOf } from "./parse/errors.ts";
import { fieldOf, numberOf, objectOf, parseObject, textOf, type JsonObject } from "./parse/json.ts";
import { failed, failedResult, flushed, jsonLines, MAX_TEXT_CHARS, piece, type MessageReader } from "./parse/state.ts";
import { inputSummary, line } from "./parse/summary.ts";
import { limited } from "./text.ts";

const readers: ReadonlyMap<string, MessageReader | undefined> = new Map([
  ["init", init],
  ["message", message],
  ["tool_use", toolUse],
  ["tool_result", toolResult],
  ["error", errorLine],
  ["result", result],
]);

export const parseGemini = jsonLines(readers);

function init(state: ParserState, json: JsonObject): Parsed {
  const id = textOf(json, "session_id") ?? "";
  return { state: { ...state, sessionId: id }, events: [{ type: "session", id, model: textOf(json, "model") }] };
}

function message(state: ParserState, json: JsonObject): Parsed {
  const text = textOf(json, "content") ?? "";
  if (textOf(json, "role") !== "user") return piece({ ...state, error: undefined }, "text", text);
  const events: AgentEvent[] = [{ type: "user", text: limited(text, MAX_TEXT_CHARS) }, { type: "turn" }];
  return after(state, events);
}

function toolUse(state: ParserState, json: JsonObject): Parsed {
  const name = line(textOf(json, "tool_name") ?? "");
  return after(state, [
    { type: "tool-call", id: idOf(json), name, summary: inputSummary(fieldOf(json, "parameters")) },
  ]);
}

/** Each answer of a tool goes back to the model. */
function toolResult(state: ParserState, json: JsonObject): Parsed {
  const ok = textOf(json, "status") !== "error";
  const summary = line(textOf(json, "output") ?? textOf(objectOf(json, "error"), "message") ?? "");
  return after(state, [{ type: "tool-result", id: idOf(json), ok, summary }]);
}

function idOf(json: JsonObject): string {
  return limited(textOf(json, "tool_id") ?? "", 200);
}

/** A warning ends nothing. */
function errorLine(state: ParserState, json: JsonObject, clock: Clock): Parsed {
  const before = flushed(state);
  if (textOf(json, "severity") === "warning") return before;
  const step = failed(before.state, errorOf(textOf(json, "message") ?? "It had an error that it did not name", clock));
  return { state: step.state, events: [...before.events, ...step.events] };
}

function result(state: ParserState, json: JsonObject, clock: Clock): Parsed {
  const before = flushed(state);
  const events = [...before.events, ...usageOf(objectOf(json, "stats"))];
  if (textOf(json, "status") === "success") {
    const done: AgentEvent = { type: "result", ok: true, text: before.state.text };
    return { state: { ...before.state, done: true }, events: [...events, done] };
  }
  const failure = failedResult(before.state, errorIn(objectOf(json, "error"), clock));
  return { state: failure.state, events: [...events, ...failure.events] };
}

function errorIn(error: JsonObject | undefined, clock: Clock): AgentError | undefined {
  const text = textOf(error, "message");
  if (text === undefined) return undefined;
  const found = errorOf(unwrapped(text), clock);
  return textOf(error, "type") === "FatalTurnLimitedError" ? { ...found, class: "max-turns" } : found;
}

/** `[API Error: ...]`, in which may be the provider's answer as it came. */
function unwrapped(text: string): string {
  const inner = /^\[API Error: (.*)\](?:\n|$)/s.exec(text)?.[1] ?? text;
  return textOf(objectOf(parseObject(inner), "error"), "message") ?? inner;
}

/** What is not input is what the model wrote, its thoughts included. */
function usageOf(stats: JsonObject | undefined): AgentEvent[] {
  const input = numberOf(stats, "input_tokens") ?? 0;
  const output = Math.max(numberOf(stats, "output_tokens") ?? 0, (numberOf(stats, "total_tokens") ?? 0) - input);
  return [{ type: "usage", total: true, tokens: { input, output, cached: numberOf(stats, "cached") ?? 0 } }];
}

function after(state: ParserState, events: readonly AgentEvent[]): Parsed {
  const before = flushed(state);
  return { state: { ...before.state, done: false }, events: [...before.events, ...events] };
}
