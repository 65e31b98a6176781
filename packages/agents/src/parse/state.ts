/** What all parsers do alike: texts that come in pieces, errors that are told twice, the end of the process. */
import type { AgentEnd, Clock, Parsed, ParserState } from "../adapter.ts";
import type { AgentError, AgentEvent } from "../event.ts";
import { limited } from "../text.ts";
import { classOf, errorOf } from "./errors.ts";
import { parseObject, type JsonObject } from "./json.ts";

/** One text of the model; what is beyond is left out. */
export const MAX_TEXT_CHARS = 1024 * 1024;
const MAX_PENDING_CHARS = 64 * 1024;
const MAX_NOISE_CHARS = 2000;

export const newParser: ParserState = { text: "", open: [] };

export type MessageReader = (state: ParserState, message: JsonObject, clock: Clock) => Parsed;

/** A parser of JSON lines by their `type`; `undefined` as a reader is a kind that is known and says nothing. */
export function jsonLines(readers: ReadonlyMap<string, MessageReader | undefined>) {
  return (state: ParserState, line: string, clock: Clock): Parsed => {
    if (line.trim() === "") return { state, events: [] };
    const message = parseObject(line);
    if (message === undefined) return notJson(state, line);
    const type = typeof message["type"] === "string" ? message["type"] : "";
    if (!readers.has(type)) return { state, events: [{ type: "ignored", why: "unknown", what: limited(type, 100) }] };
    return readers.get(type)?.(state, message, clock) ?? { state, events: [] };
  };
}

/** Tools write errors between the lines of JSON when they cannot go on. */
function notJson(state: ParserState, line: string): Parsed {
  const noise = limited(`${state.noise ?? ""}${line.trim()}\n`, MAX_NOISE_CHARS);
  return { state: { ...state, noise }, events: [{ type: "ignored", why: "not-json", what: limited(line, 100) }] };
}

/** A piece of a text that goes on. */
export function piece(state: ParserState, type: "text" | "thinking", text: string): Parsed {
  const before = state.pending?.type === type ? { state, events: [] } : flushed(state);
  const pending = { type, text: (before.state.pending?.text ?? "") + limited(text, MAX_TEXT_CHARS) };
  const next = { ...before.state, pending };
  if (pending.text.length <= MAX_PENDING_CHARS) return { state: next, events: before.events };
  const after = flushed(next);
  return { state: after.state, events: [...before.events, ...after.events] };
}

/** What is pending is whole: something else begins. */
export function flushed(state: ParserState): Parsed {
  const { pending, ...rest } = state;
  if (pending === undefined) return { state, events: [] };
  if (pending.text.trim() === "") return { state: rest, events: [] };
  const text = pending.type === "text" ? pending.text : rest.text;
  return { state: { ...rest, text }, events: [{ type: pending.type, text: pending.text }] };
}

/** The same error told again is one error. */
export function failed(state: ParserState, error: AgentError): Parsed {
  if (state.error?.message === error.message) return { state, events: [] };
  return { state: { ...state, error }, events: [{ type: "error", error }] };
}

/** The end of what was asked, badly. Without an error of its own it is the one told before. */
export function failedResult(state: ParserState, error: AgentError | undefined): Parsed {
  const fallback: AgentError = { class: "unknown", message: "It ended with an error that it did not name" };
  const step =
    error === undefined && state.error !== undefined ? { state, events: [] } : failed(state, error ?? fallback);
  const result: AgentEvent = { type: "result", ok: false, text: step.state.text };
  return { state: { ...step.state, done: true }, events: [...step.events, result] };
}

/** How a program exits that has caught SIGINT or SIGTERM, or whose shell was told of SIGKILL. */
const BY_SIGNAL: ReadonlySet<number> = new Set([130, 137, 143]);

/** What a process leaves unsaid: why it could not even start to talk. */
export function endOf(state: ParserState, end: AgentEnd, clock: Clock): readonly AgentEvent[] {
  const step = flushed(state);
  if (step.state.done === true || end.exitCode === undefined) return step.events;
  const complaint = complaintIn(`${end.stderr}\n${step.state.noise ?? ""}`);
  if (complaint === undefined && BY_SIGNAL.has(end.exitCode)) return step.events;
  const message = messageOf(end.exitCode, complaint);
  const found = errorOf(`${message}\n`, clock);
  const error: AgentError = found.class === "unknown" ? { ...found, class: "tool" } : found;
  const failure = failedResult(step.state, step.state.error === undefined ? error : undefined);
  return [...step.events, ...failure.events];
}

/** What a tool that exits well writes besides may be anything, unless it is an error that is known. */
function messageOf(exitCode: number, complaint: string | undefined): string {
  if (exitCode !== 0) return complaint ?? `It exited with ${exitCode}`;
  return complaint !== undefined && classOf(complaint) !== "unknown" ? complaint : "It ended without a result";
}

// oxlint-disable-next-line no-control-regex -- colours begin with one
const COLOURS = /\u001b\[[\d;]*m/g;

/** The line that says what is wrong among warnings and traces. */
function complaintIn(text: string): string | undefined {
  const lines = text
    .slice(-16_384)
    .replace(COLOURS, "")
    .split("\n")
    .map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !/^(at |warning\b)/i.test(line));
  return telling.find((line) => /^(error|fatal|unknown|invalid|panic)/i.test(line)) ?? telling.at(-1);
}
