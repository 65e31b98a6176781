/** The stream of `claude -p --output-format stream-json`. */
import type { Clock, Parsed, ParserState } from "./adapter.ts";
import { claudeResult } from "./claude-result.ts";
import type { AgentErrorClass, AgentEvent } from "./event.ts";
import { classOf, errorOf } from "./parse/errors.ts";
import { fieldOf, listOf, numberOf, objectOf, textOf, type JsonObject } from "./parse/json.ts";
import { epochMs } from "./parse/reset-time.ts";
import { failed, jsonLines, MAX_TEXT_CHARS, type MessageReader } from "./parse/state.ts";
import { contentText, inputSummary, line } from "./parse/summary.ts";
import { limited } from "./text.ts";

const readers: ReadonlyMap<string, MessageReader | undefined> = new Map([
  ["system", system],
  ["assistant", assistant],
  ["user", user],
  ["result", claudeResult],
  ["rate_limit_event", rateLimit],
  ["auth_status", undefined],
  ["stream_event", undefined],
  ["tool_progress", undefined],
  ["tool_use_summary", undefined],
  ["prompt_suggestion", undefined],
  ["control_request", undefined],
  ["control_response", undefined],
  ["keep_alive", undefined],
]);

export const parseClaude = jsonLines(readers);

/** The words of the field `error`. */
const ERRORS: Readonly<Record<string, AgentErrorClass>> = {
  authentication_failed: "auth",
  oauth_org_not_allowed: "auth",
  billing_error: "usage-limit",
  rate_limit: "rate-limit",
  overloaded: "overloaded",
  server_error: "overloaded",
};

function system(state: ParserState, message: JsonObject): Parsed {
  switch (textOf(message, "subtype")) {
    case "init": {
      const id = textOf(message, "session_id") ?? "";
      const events: AgentEvent[] = [{ type: "session", id, model: textOf(message, "model") }];
      return { state: { ...state, sessionId: id }, events };
    }
    case "api_retry": {
      const word = textOf(message, "error") ?? "unknown";
      const status = numberOf(message, "error_status");
      const text = `${word.replaceAll("_", " ")}${status === undefined ? "" : ` (${status})`}`;
      const error = { class: ERRORS[word] ?? classOf(text, status), message: limited(text, 200) };
      return { state, events: [{ type: "retrying", error, delayMs: numberOf(message, "retry_delay_ms") }] };
    }
    case undefined:
    default:
      return { state, events: [] };
  }
}

/** One message of the model comes as several lines, one for each of its parts. */
function assistant(state: ParserState, message: JsonObject, clock: Clock): Parsed {
  const content = objectOf(message, "message");
  const word = textOf(message, "error");
  if (word !== undefined)
    return failed(state, synthetic({ state, word, text: contentText(content, "content") }, clock));
  const isSub = textOf(message, "parent_tool_use_id") !== undefined;
  const id = textOf(content, "id");
  const isNew = id !== undefined && id !== state.messageId;
  const usage = isNew ? usageOf(objectOf(content, "usage")) : [];
  const parts = listOf(content, "content").flatMap(partOf);
  const text = parts.findLast((event) => event.type === "text");
  return {
    state: {
      ...state,
      done: false,
      messageId: isNew ? id : state.messageId,
      text: text !== undefined && !isSub ? text.text : state.text,
      error: parts.length > 0 ? undefined : state.error,
    },
    events: [...(isNew && !isSub ? [{ type: "turn" } as const] : []), ...usage, ...parts],
  };
}

/** The tool puts errors of the provider into the mouth of the model. */
function synthetic({ state, word, text }: { state: ParserState; word: string; text: string }, clock: Clock) {
  const error = errorOf(text, clock);
  // Only accounts with a quota are told of one: then it is not about too many requests at once.
  const isQuota = error.class === "usage-limit" || (word === "rate_limit" && state.quotaResetsAt !== undefined);
  if (isQuota) return { ...error, class: "usage-limit" as const, resetsAt: state.quotaResetsAt ?? error.resetsAt };
  return error.class === "unknown" ? { ...error, class: ERRORS[word] ?? "unknown" } : error;
}

function usageOf(usage: JsonObject | undefined): AgentEvent[] {
  if (usage === undefined) return [];
  const cached = numberOf(usage, "cache_read_input_tokens") ?? 0;
  const written = numberOf(usage, "cache_creation_input_tokens") ?? 0;
  const input = (numberOf(usage, "input_tokens") ?? 0) + cached + written;
  return [{ type: "usage", total: false, tokens: { input, output: numberOf(usage, "output_tokens") ?? 0, cached } }];
}

function partOf(part: JsonObject): AgentEvent[] {
  switch (textOf(part, "type")) {
    case "text":
      return [{ type: "text", text: limited(textOf(part, "text") ?? "", MAX_TEXT_CHARS) }];
    case "thinking":
      return [{ type: "thinking", text: limited(textOf(part, "thinking") ?? "", MAX_TEXT_CHARS) }];
    case "tool_use":
    case "server_tool_use":
    case "mcp_tool_use": {
      const name = line(textOf(part, "name") ?? "");
      const summary = inputSummary(fieldOf(part, "input"));
      return [{ type: "tool-call", id: limited(textOf(part, "id") ?? "", 200), name, summary }];
    }
    case undefined:
    default:
      return [];
  }
}

/** What tools answer, and messages sent while it runs. */
function user(state: ParserState, message: JsonObject): Parsed {
  const content = objectOf(message, "message");
  const results = listOf(content, "content").filter((part) => textOf(part, "type") === "tool_result");
  if (results.length > 0) return { state, events: results.map(resultOf) };
  const text = contentText(content, "content");
  const isOurs = fieldOf(message, "isReplay") === true && text !== "";
  if (!isOurs) return { state, events: [] };
  return { state: { ...state, done: false }, events: [{ type: "user", text: limited(text, MAX_TEXT_CHARS) }] };
}

function resultOf(part: JsonObject): AgentEvent {
  const ok = fieldOf(part, "is_error") !== true;
  return {
    type: "tool-result",
    id: limited(textOf(part, "tool_use_id") ?? "", 200),
    ok,
    summary: line(contentText(part, "content")),
  };
}

function rateLimit(state: ParserState, message: JsonObject): Parsed {
  const info = objectOf(message, "rate_limit_info");
  const status = textOf(info, "status");
  const resetsAt = epochMs(numberOf(info, "resetsAt"));
  const name = line((textOf(info, "rateLimitType") ?? "quota").replaceAll("_", " "));
  const reached = status === "rejected";
  const quota = reached ? "reached" : status === "allowed_warning" ? "near" : "ok";
  return {
    state: { ...state, quotaResetsAt: reached ? resetsAt : undefined },
    events: [{ type: "quota", name, state: quota, resetsAt }],
  };
}
