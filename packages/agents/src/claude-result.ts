/** The last line of `claude -p`, and of each message in a session that takes several. */
import type { Clock, Parsed, ParserState } from "./adapter.ts";
import type { AgentError, AgentEvent } from "./event.ts";
import { errorOf } from "./parse/errors.ts";
import { fieldOf, isObject, listOf, numberOf, objectOf, textOf, writable, type JsonObject } from "./parse/json.ts";
import { failedResult, MAX_TEXT_CHARS } from "./parse/state.ts";
import { inputSummary, line } from "./parse/summary.ts";
import { limited } from "./text.ts";

export function claudeResult(state: ParserState, message: JsonObject, clock: Clock): Parsed {
  const usage = totals(message);
  // After an error of the provider came nothing more of the model: then the error is what it calls its result.
  if (fieldOf(message, "is_error") === true || state.error !== undefined) {
    const failure = failedResult(state, state.error === undefined ? errorIn(message, clock) : undefined);
    return { state: failure.state, events: [usage, ...failure.events] };
  }
  const text = limited(textOf(message, "result") ?? state.text, MAX_TEXT_CHARS);
  const structured = writable(fieldOf(message, "structured_output"));
  const result: AgentEvent = { type: "result", ok: true, text, ...(structured !== undefined && { structured }) };
  return { state: { ...state, text, done: true }, events: [usage, result, ...denials(message)] };
}

/** Of the whole process. Per model is best: an ending in the middle leaves the plain usage at zero. */
function totals(message: JsonObject): AgentEvent {
  const models = Object.values(objectOf(message, "modelUsage") ?? {}).filter(isObject);
  const sum = (name: string) => models.reduce((total, model) => total + (numberOf(model, name) ?? 0), 0);
  const cached = sum("cacheReadInputTokens");
  const input = sum("inputTokens") + cached + sum("cacheCreationInputTokens");
  return {
    type: "usage",
    total: true,
    ...(models.length > 0 && { tokens: { input, output: sum("outputTokens"), cached } }),
    costUsd: numberOf(message, "total_cost_usd"),
    turns: numberOf(message, "num_turns"),
  };
}

function errorIn(message: JsonObject, clock: Clock): AgentError {
  const listed = fieldOf(message, "errors");
  const said = Array.isArray(listed) ? listed.filter((text) => typeof text === "string").join("\n") : "";
  const subtype = textOf(message, "subtype");
  const text = textOf(message, "result") ?? (said === "" ? `It ended with ${subtype ?? "an error"}` : said);
  const error = errorOf(text, clock, numberOf(message, "api_error_status"));
  switch (subtype) {
    case "error_max_turns":
      return { ...error, class: "max-turns" };
    case "error_max_budget_usd":
      return { ...error, class: "budget" };
    case undefined:
    default:
      return error;
  }
}

/** A tool that it might not use: the answer may be that it could not do it. */
function denials(message: JsonObject): AgentEvent[] {
  const denied = listOf(message, "permission_denials").map((denial) => {
    const summary = inputSummary(fieldOf(denial, "tool_input"));
    return `${textOf(denial, "tool_name") ?? "a tool"}${summary === "" ? "" : ` (${summary})`}`;
  });
  const some = denied.slice(0, 5).join(", ");
  return denied.length === 0 ? [] : [{ type: "needs-input", text: line(`permission was denied for ${some}`) }];
}
