/** What is known of an agent at work, folded from its events; bounded whatever the events are. */
import type { AgentError, AgentEvent, AgentTokens } from "./event.ts";
import { firstLine, limited } from "./text.ts";

/** Longer answers are cut here; the whole is in the output. */
export const MAX_RESULT_CHARS = 65_536;
const MAX_HEADLINE_CHARS = 200;
const MAX_ID_CHARS = 200;
const MAX_MESSAGE_CHARS = 2000;
const MAX_STRUCTURED_CHARS = 65_536;

export interface AgentResult {
  readonly ok: boolean;
  readonly text: string;
  /** The text is longer than it may be here. */
  readonly cut: boolean;
  /** The answer by the schema that was asked for, as JSON text. */
  readonly structured?: string | undefined;
}

export interface AgentProgress {
  readonly sessionId?: string | undefined;
  readonly model?: string | undefined;
  /** What it does now, in one line. */
  readonly headline: string;
  readonly toolCalls: number;
  readonly turns: number;
  readonly tokens: AgentTokens;
  readonly costUsd?: number | undefined;
  /** Tokens and cost count what earlier runs of the session used, too. */
  readonly wholeSession?: boolean | undefined;
  readonly result?: AgentResult | undefined;
  /** Why it ended badly. Gone when it goes on. */
  readonly error?: AgentError | undefined;
  /** Why a person should look at it, in one line. Gone when it goes on. */
  readonly attention?: string | undefined;
  /** When a quota that is used up, or nearly, resets. */
  readonly quota?: {
    readonly name: string;
    readonly state: "ok" | "near" | "reached";
    readonly resetsAt?: number | undefined;
  };
  /** Lines that were not understood. */
  readonly ignored: number;
}

export const noProgress: AgentProgress = {
  headline: "",
  toolCalls: 0,
  turns: 0,
  tokens: { input: 0, output: 0, cached: 0 },
  ignored: 0,
};

/** Taking several at a time is `events.reduce(progressed, progress)`. */
export function progressed(progress: AgentProgress, event: AgentEvent): AgentProgress {
  switch (event.type) {
    case "session":
      return { ...progress, sessionId: sessionIdOf(event.id), model: modelOf(event.model, progress.model) };
    case "text":
      return goesOn(progress, event.text);
    case "thinking":
      return goesOn(progress, event.text);
    case "tool-call":
      return { ...goesOn(progress, `${event.name}: ${event.summary}`), toolCalls: progress.toolCalls + 1 };
    case "tool-result":
    case "user":
      return progress;
    case "turn":
      return { ...progress, turns: counted(progress.turns + 1) };
    case "usage":
      return used(progress, event);
    case "retrying":
      // It waits by itself: nobody has to do anything.
      return { ...progress, headline: line(`waits: ${event.error.message}`) };
    case "quota":
      return {
        ...progress,
        quota: { name: limited(event.name, MAX_ID_CHARS), state: event.state, resetsAt: event.resetsAt },
      };
    case "error":
      return { ...progress, error: { ...event.error, message: limited(event.error.message, MAX_MESSAGE_CHARS) } };
    case "needs-input":
      return { ...progress, attention: line(event.text) };
    case "result":
      return ended(progress, event);
    case "ignored":
      return { ...progress, ignored: progress.ignored + 1 };
  }
}

type Event<T extends AgentEvent["type"]> = Extract<AgentEvent, { type: T }>;

function line(text: string): string {
  return firstLine(text, MAX_HEADLINE_CHARS);
}

/** It becomes a word of a command line when the session goes on: what could be an option, or is cut, names none. */
function sessionIdOf(id: string): string | undefined {
  return id.length <= MAX_ID_CHARS && /^[A-Za-z0-9][\w.:/+=@~-]*$/.test(id) ? id : undefined;
}

function modelOf(model: string | undefined, before: string | undefined): string | undefined {
  return model === undefined ? before : limited(model, MAX_ID_CHARS);
}

function goesOn(progress: AgentProgress, text: string): AgentProgress {
  const headline = line(text);
  return {
    ...progress,
    headline: headline === "" ? progress.headline : headline,
    result: undefined,
    error: undefined,
    attention: undefined,
  };
}

function used(progress: AgentProgress, event: Event<"usage">): AgentProgress {
  const before = event.total ? noProgress : progress;
  const { tokens, costUsd, turns } = event;
  return {
    ...progress,
    wholeSession: event.wholeSession ?? progress.wholeSession,
    tokens: tokens === undefined ? progress.tokens : added(before.tokens, tokens),
    costUsd: costUsd === undefined ? progress.costUsd : (before.costUsd ?? 0) + costUsd,
    turns: turns === undefined ? progress.turns : counted(before.turns + turns),
  };
}

/** Whole, whatever the tool says: what is stored of it is read as a count. */
function counted(number: number): number {
  return Math.min(Math.floor(number), Number.MAX_SAFE_INTEGER);
}

function added(a: AgentTokens, b: AgentTokens): AgentTokens {
  return { input: a.input + b.input, output: a.output + b.output, cached: a.cached + b.cached };
}

function ended(progress: AgentProgress, event: Event<"result">): AgentProgress {
  const text = limited(event.text, MAX_RESULT_CHARS);
  const result = { ok: event.ok, text, cut: text.length < event.text.length, structured: jsonOf(event.structured) };
  return { ...progress, result, error: event.ok ? undefined : progress.error, attention: undefined };
}

/** Undefined too when it is too deep to be written or too long to be kept. */
function jsonOf(value: unknown): string | undefined {
  try {
    const text = value === undefined ? undefined : JSON.stringify(value);
    return text === undefined || text.length > MAX_STRUCTURED_CHARS ? undefined : text;
  } catch {
    return undefined;
  }
}
