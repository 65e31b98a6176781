/** Coding agents behind one port. */
import type { AgentAdapter } from "./adapter.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { cursor } from "./cursor.ts";
import { gemini } from "./gemini.ts";

export type { AgentAdapter, AgentEnd, Clock, LoginSign, Parsed, ParserState } from "./adapter.ts";
export { customAgent, wrongCustom, type CustomAgent, type CustomOptions, type JsonlPaths } from "./custom.ts";
export * from "./event.ts";
export { NESTING_VARIABLES } from "./nesting.ts";
export { newParser } from "./parse/state.ts";
export { resetTime, retryAfter } from "./parse/reset-time.ts";
export * from "./progress.ts";
export * from "./render.ts";
export * from "./request.ts";
export * from "./stream.ts";
export { isOlder } from "./version.ts";

/** The adapters that are built in, by name; those of the configuration are made by `customAgent`. */
export const ADAPTERS: Readonly<Record<string, AgentAdapter>> = { claude, codex, cursor, gemini };
