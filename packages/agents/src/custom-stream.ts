/** The output of declared agents: plain text, or JSON lines of any shape. */
import type { AgentEnd, Clock, Parsed, ParserState } from "./adapter.ts";
import type { JsonlPaths } from "./custom.ts";
import type { AgentEvent } from "./event.ts";
import { errorOf } from "./parse/errors.ts";
import { atPath, numberOf, parseObject, type JsonObject } from "./parse/json.ts";
import { endOf, failed, MAX_TEXT_CHARS } from "./parse/state.ts";
import { inputSummary, line as oneLine } from "./parse/summary.ts";
import { limited } from "./text.ts";

const MAX_ANSWER_CHARS = 256 * 1024;
const MAX_COMPLAINT_CHARS = 2000;

/** All that is written is the answer; the oldest of much is forgotten, many lines at a time. */
export function parseText(state: ParserState, line: string): Parsed {
  const all = `${state.text}${limited(line, MAX_ANSWER_CHARS)}\n`;
  const text = all.length > 2 * MAX_ANSWER_CHARS ? all.slice(-MAX_ANSWER_CHARS) : all;
  return {
    state: { ...state, text },
    events: line.trim() === "" ? [] : [{ type: "text", text: limited(line, MAX_TEXT_CHARS) }],
  };
}

/** Such tools say how it went by their exit code, and some say why where others answer. */
export function endOfText(state: ParserState, end: AgentEnd, clock: Clock): readonly AgentEvent[] {
  if (end.exitCode !== 0 && end.stderr.trim() === "")
    return endOf({ ...state, noise: state.text.slice(-MAX_COMPLAINT_CHARS) }, end, clock);
  if (end.exitCode !== 0 || state.done === true || state.error !== undefined) return endOf(state, end, clock);
  return [{ type: "result", ok: true, text: state.text.trim() }];
}

export function parseJsonl(paths: JsonlPaths) {
  return (state: ParserState, line: string, clock: Clock): Parsed => {
    if (line.trim() === "") return { state, events: [] };
    const message = parseObject(line);
    if (message === undefined)
      return { state, events: [{ type: "ignored", why: "not-json", what: limited(line, 100) }] };
    const said = saidIn(message, paths);
    const answer = textAt(message, paths.result);
    const text = answer ?? said.findLast((event) => event.type === "text")?.text ?? state.text;
    const result: AgentEvent[] = answer === undefined ? [] : [{ type: "result", ok: true, text: answer }];
    const next = { ...state, text, done: answer !== undefined || (state.done === true && said.length === 0) };
    const error = textAt(message, paths.error);
    const failure = error === undefined ? { state: next, events: [] } : failed(next, errorOf(error, clock));
    const events = [...said, ...failure.events, ...result];
    return {
      state: failure.state,
      events: events.length > 0 ? events : [{ type: "ignored", why: "unknown", what: "" }],
    };
  };
}

function saidIn(message: JsonObject, paths: JsonlPaths): AgentEvent[] {
  const session = textAt(message, paths.session);
  const text = textAt(message, paths.text);
  const tool = textAt(message, paths.toolName);
  const summary = paths.toolInput === undefined ? "" : inputSummary(atPath(message, paths.toolInput));
  return [
    ...(session === undefined ? [] : [{ type: "session", id: session, model: textAt(message, paths.model) } as const]),
    ...(text === undefined ? [] : [{ type: "text", text } as const]),
    ...(tool === undefined ? [] : [{ type: "tool-call", id: "", name: oneLine(tool), summary } as const]),
    ...usageIn(message, paths),
  ];
}

/** Counts of several lines are added. */
function usageIn(message: JsonObject, paths: JsonlPaths): AgentEvent[] {
  const [input, output, costUsd] = [paths.inputTokens, paths.outputTokens, paths.costUsd].map((path) =>
    path === undefined ? undefined : numberOf({ at: atPath(message, path) }, "at"),
  );
  if (input === undefined && output === undefined && costUsd === undefined) return [];
  return [{ type: "usage", total: false, tokens: { input: input ?? 0, output: output ?? 0, cached: 0 }, costUsd }];
}

function textAt(message: JsonObject, path: string | undefined): string | undefined {
  const value = path === undefined ? undefined : atPath(message, path);
  return typeof value === "string" ? limited(value, MAX_TEXT_CHARS) : undefined;
}
