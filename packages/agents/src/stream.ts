/** Reads an agent's output as it is written: bytes decoded by the caller come in pieces of any size. */
import type { AgentAdapter, AgentEnd, Clock, ParserState } from "./adapter.ts";
import type { AgentEvent } from "./event.ts";
import { newParser } from "./parse/state.ts";

/** A longer line is passed over. */
export const MAX_LINE_CHARS = 16 * 1024 * 1024;

/** Small JSON but for `rest`, which is what of a line has come so far. */
export interface StreamState {
  readonly parser: ParserState;
  readonly rest: string;
  /** In the middle of a line that is too long. */
  readonly skipping: boolean;
}

export interface StreamStep {
  readonly state: StreamState;
  readonly events: readonly AgentEvent[];
}

export const newStream: StreamState = { parser: newParser, rest: "", skipping: false };

type Lines = Pick<AgentAdapter, "parse" | "ended">;

export interface StreamContext {
  readonly adapter: Lines;
  readonly clock: Clock;
}

export function readStream(state: StreamState, text: string, { adapter, clock }: StreamContext): StreamStep {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const events: AgentEvent[] = [];
  let { parser, rest, skipping } = state;
  for (const piece of lines) {
    const line = rest + piece;
    if (skipping || line.length > MAX_LINE_CHARS) events.push(tooLong);
    else ({ state: parser } = take(adapter.parse(parser, line, clock), events));
    rest = "";
    skipping = false;
  }
  skipping ||= rest.length + last.length > MAX_LINE_CHARS;
  return { state: { parser, rest: skipping ? "" : rest + last, skipping }, events };
}

/** After the last piece, when the process has ended. */
export function endStream(state: StreamState, end: AgentEnd, context: StreamContext): StreamStep {
  const { adapter, clock } = context;
  const step = state.rest === "" && !state.skipping ? { state, events: [] } : readStream(state, "\n", context);
  const last = adapter.ended(step.state.parser, end, clock);
  return { state: step.state, events: [...step.events, ...last] };
}

const tooLong: AgentEvent = {
  type: "ignored",
  why: "too-long",
  what: `a line of more than ${MAX_LINE_CHARS} characters`,
};

function take<T extends { readonly events: readonly AgentEvent[] }>(parsed: T, events: AgentEvent[]): T {
  for (const event of parsed.events) events.push(event);
  return parsed;
}
