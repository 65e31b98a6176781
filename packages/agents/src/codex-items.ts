/** The items of a turn of Codex: what it says and what it does. */
import type { Parsed, ParserState } from "./adapter.ts";
import type { AgentEvent } from "./event.ts";
import { fieldOf, listOf, objectOf, textOf, type JsonObject } from "./parse/json.ts";
import { MAX_TEXT_CHARS } from "./parse/state.ts";
import { inputSummary, line } from "./parse/summary.ts";
import { limited } from "./text.ts";

const MAX_OPEN = 32;

interface Call {
  readonly name: string;
  readonly summary: string;
}

export function itemStarted(state: ParserState, message: JsonObject): Parsed {
  const item = objectOf(message, "item");
  const call = callOf(item);
  const id = idOf(item);
  if (call === undefined) return { state, events: [] };
  return {
    state: { ...state, open: [...state.open, id].slice(-MAX_OPEN) },
    events: [{ type: "tool-call", id, ...call }],
  };
}

export function itemCompleted(state: ParserState, message: JsonObject): Parsed {
  const item = objectOf(message, "item");
  const text = limited(textOf(item, "text") ?? "", MAX_TEXT_CHARS);
  switch (textOf(item, "type")) {
    case "agent_message":
      return { state: { ...state, text, error: undefined }, events: [{ type: "text", text }] };
    case "reasoning":
    case "plan":
      return { state, events: [{ type: "thinking", text }] };
    case undefined:
    default:
      return toolCompleted(state, item);
  }
}

/** Some, like a change of files, are told only when they are done. */
function toolCompleted(state: ParserState, item: JsonObject | undefined): Parsed {
  const call = callOf(item);
  const id = idOf(item);
  if (call === undefined) return { state, events: [] };
  const began: AgentEvent[] = state.open.includes(id) ? [] : [{ type: "tool-call", id, ...call }];
  const open = state.open.filter((other) => other !== id);
  return {
    state: { ...state, open },
    events: [...began, { type: "tool-result", id, ok: wentWell(item), summary: answerOf(item) }],
  };
}

function idOf(item: JsonObject | undefined): string {
  return limited(textOf(item, "id") ?? "", 100);
}

function callOf(item: JsonObject | undefined): Call | undefined {
  switch (textOf(item, "type")) {
    case "command_execution":
      return { name: "shell", summary: line(bare(textOf(item, "command") ?? "")) };
    case "file_change":
      return {
        name: "edit",
        summary: line(
          listOf(item, "changes")
            .map((change) => textOf(change, "path"))
            .join(", "),
        ),
      };
    case "mcp_tool_call": {
      const name = line(`${textOf(item, "server") ?? ""}.${textOf(item, "tool") ?? ""}`);
      return { name, summary: inputSummary(fieldOf(item, "arguments")) };
    }
    case "web_search":
      return { name: "search", summary: line(textOf(item, "query") ?? "") };
    case "collab_tool_call":
      return { name: line(textOf(item, "tool") ?? "agent"), summary: line(textOf(item, "prompt") ?? "") };
    case undefined:
    default:
      return undefined;
  }
}

/** `/bin/bash -lc 'echo hello'` is the command in its shell. */
function bare(command: string): string {
  const short = limited(command, 4000);
  const quoted = /^\S*\b(?:ba|z|da)?sh -l?c (['"])(.*)\1$/s.exec(short)?.[2];
  return quoted ?? /^\S*\b(?:ba|z|da)?sh -l?c (.*)$/s.exec(short)?.[1] ?? short;
}

function wentWell(item: JsonObject | undefined): boolean {
  const status = textOf(item, "status");
  const exitCode = fieldOf(item, "exit_code");
  return status !== "failed" && status !== "declined" && (typeof exitCode !== "number" || exitCode === 0);
}

function answerOf(item: JsonObject | undefined): string {
  const exitCode = fieldOf(item, "exit_code");
  const error = textOf(objectOf(item, "error"), "message");
  const told = error ?? line(textOf(item, "aggregated_output") ?? "");
  return line(told === "" && typeof exitCode === "number" && exitCode !== 0 ? `exit ${exitCode}` : told);
}
