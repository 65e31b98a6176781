/** What an agent's output says, in the same words for every tool. */

export const AGENT_ERROR_CLASSES = [
  "usage-limit",
  "rate-limit",
  "overloaded",
  "auth",
  "budget",
  "max-turns",
  "permission",
  "session-not-found",
  "refused",
  "tool",
  "unknown",
] as const;

/**
 * `usage-limit` is a quota that resets at a time; `rate-limit` too many requests at once; `overloaded` the provider's
 * trouble, or that it cannot be reached; `refused` the model's, or it is too much for it; `tool` the program's own (an option it does not know, a crash).
 */
export type AgentErrorClass = (typeof AGENT_ERROR_CLASSES)[number];

export interface AgentError {
  readonly class: AgentErrorClass;
  readonly message: string;
  /** Epoch milliseconds, when the message or the stream says when it may be tried again. */
  readonly resetsAt?: number | undefined;
}

/** `input` counts all that was sent, `cached` what of it came from a cache. */
export interface AgentTokens {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
}

export type AgentEvent =
  | { readonly type: "session"; readonly id: string; readonly model?: string | undefined }
  | { readonly type: "user"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly summary: string }
  | { readonly type: "tool-result"; readonly id: string; readonly ok: boolean; readonly summary: string }
  /** A turn of the model begins. */
  | { readonly type: "turn" }
  /** `total` replaces what was counted so far, otherwise it is added. */
  | {
      readonly type: "usage";
      readonly total: boolean;
      /** It counts what earlier runs of the session used, too. */
      readonly wholeSession?: boolean | undefined;
      readonly tokens?: AgentTokens | undefined;
      readonly costUsd?: number | undefined;
      readonly turns?: number | undefined;
    }
  /** The tool waits and tries again by itself. */
  | { readonly type: "retrying"; readonly error: AgentError; readonly delayMs?: number | undefined }
  /** A quota's state, told before it is used up. */
  | {
      readonly type: "quota";
      readonly name: string;
      readonly state: "ok" | "near" | "reached";
      readonly resetsAt?: number | undefined;
    }
  | { readonly type: "error"; readonly error: AgentError }
  /** The tool wants something of a person and does not go on. */
  | { readonly type: "needs-input"; readonly text: string }
  /** The end of what was asked; a session that takes messages has several. */
  | { readonly type: "result"; readonly ok: boolean; readonly text: string; readonly structured?: unknown }
  /** Not understood: a line that is no JSON, too long, or of a kind that is not known. */
  | { readonly type: "ignored"; readonly why: "not-json" | "too-long" | "unknown"; readonly what: string };
