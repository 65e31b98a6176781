/** The stream of `cursor-agent -p --output-format stream-json`: like claude's, but for the calls of tools. */
import type { Clock, Parsed, ParserState } from "./adapter.ts";
import type { AgentEvent } from "./event.ts";
import { errorOf } from "./parse/errors.ts";
import { fieldOf, isObject, numberOf, objectOf, textOf, type JsonObject } from "./parse/json.ts";
import { failedResult, flushed, jsonLines, MAX_TEXT_CHARS, piece, type MessageReader } from "./parse/state.ts";
import { contentText, inputSummary, line } from "./parse/summary.ts";
import { limited } from "./text.ts";

const readers: ReadonlyMap<string, MessageReader | undefined> = new Map([
  ["system", system],
  ["user", user],
  ["assistant", assistant],
  ["thinking", thinking],
  ["tool_call", toolCall],
  ["interaction_query", undefined],
  ["result", result],
]);

export const parseCursor = jsonLines(readers);

function system(state: ParserState, message: JsonObject): Parsed {
  if (textOf(message, "subtype") !== "init") return { state, events: [] };
  const id = textOf(message, "session_id") ?? "";
  return { state: { ...state, sessionId: id }, events: [{ type: "session", id, model: textOf(message, "model") }] };
}

function user(state: ParserState, message: JsonObject): Parsed {
  const text = limited(contentText(objectOf(message, "message"), "content"), MAX_TEXT_CHARS);
  return after(state, [{ type: "user", text }, { type: "turn" }]);
}

/** Several in a row are one text. */
function assistant(state: ParserState, message: JsonObject): Parsed {
  return piece({ ...state, error: undefined }, "text", contentText(objectOf(message, "message"), "content"));
}

function thinking(state: ParserState, message: JsonObject): Parsed {
  if (textOf(message, "subtype") === "completed") return flushed(state);
  return piece(state, "thinking", textOf(message, "text") ?? "");
}

/** `{ readToolCall: { args, result } }`, or `{ function: { name, arguments } }` for tools that it has no kind for. */
function toolCall(state: ParserState, message: JsonObject): Parsed {
  const id = limited(textOf(message, "call_id") ?? "", 200);
  const [kind, call] = Object.entries(objectOf(message, "tool_call") ?? {}).find(([, value]) => isObject(value)) ?? [
    "",
    {},
  ];
  const told = isObject(call) ? call : {};
  const name = line(textOf(told, "name") ?? kind.replace(/ToolCall$/, ""));
  if (textOf(message, "subtype") === "completed") return after(state, [{ type: "tool-result", id, ...answerOf(told) }]);
  const summary = inputSummary(fieldOf(told, "args") ?? fieldOf(told, "arguments"));
  return after(state, [{ type: "tool-call", id, name, summary }]);
}

function answerOf(call: JsonObject): { readonly ok: boolean; readonly summary: string } {
  const [outcome, detail] = Object.entries(objectOf(call, "result") ?? {})[0] ?? ["success", {}];
  const told = isObject(detail) ? detail : undefined;
  const failure = textOf(told, "errorMessage") ?? textOf(told, "error") ?? textOf(told, "reason") ?? outcome;
  const exitCode = numberOf(told, "exitCode");
  const ok = outcome === "success" && (exitCode === undefined || exitCode === 0);
  return {
    ok,
    summary: ok ? line(textOf(told, "stdout") ?? "") : line(outcome === "success" ? `exit ${exitCode}` : failure),
  };
}

function result(state: ParserState, message: JsonObject, clock: Clock): Parsed {
  const before = flushed(state);
  const events = [...before.events, ...usageOf(objectOf(message, "usage"))];
  const text = textOf(message, "result");
  if (fieldOf(message, "is_error") === true || textOf(message, "subtype") === "error") {
    const failure = failedResult(before.state, text === undefined ? undefined : errorOf(text, clock));
    return { state: failure.state, events: [...events, ...failure.events] };
  }
  // The text of the result is all that was said, run together: the last text is the answer.
  const answer = before.state.text === "" ? limited(text ?? "", MAX_TEXT_CHARS) : before.state.text;
  return { state: { ...before.state, done: true }, events: [...events, { type: "result", ok: true, text: answer }] };
}

function usageOf(usage: JsonObject | undefined): AgentEvent[] {
  if (usage === undefined) return [];
  const cached = numberOf(usage, "cacheReadTokens") ?? 0;
  const input = (numberOf(usage, "inputTokens") ?? 0) + cached + (numberOf(usage, "cacheWriteTokens") ?? 0);
  return [{ type: "usage", total: true, tokens: { input, output: numberOf(usage, "outputTokens") ?? 0, cached } }];
}

function after(state: ParserState, events: readonly AgentEvent[]): Parsed {
  const before = flushed(state);
  return { state: { ...before.state, done: false }, events: [...before.events, ...events] };
}
