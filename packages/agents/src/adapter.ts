/** The port behind which every coding agent looks the same; all of it is data or pure. */
import type { AgentError, AgentEvent } from "./event.ts";
import type { AgentLaunch, AgentRequest } from "./request.ts";

/** Reset times are told as a time of day in some zone: reading them takes both. */
export interface Clock {
  readonly nowMs: number;
  /** IANA name of the zone that texts without one mean. */
  readonly zone: string;
}

/** What one line can only be understood with; small, and JSON, so it can be kept. */
export interface ParserState {
  /** The last text of the model: the answer, where the tool does not repeat it at the end. */
  readonly text: string;
  /** Comes in pieces, and goes on. */
  readonly pending?: { readonly type: "text" | "thinking"; readonly text: string };
  readonly sessionId?: string | undefined;
  /** The message that was read last: its usage comes with each of its parts. */
  readonly messageId?: string | undefined;
  /** Calls of tools that have not answered; the oldest are forgotten. */
  readonly open: readonly string[];
  /** The last that was told. */
  readonly error?: AgentError | undefined;
  /** When a quota that is used up resets. */
  readonly quotaResetsAt?: number | undefined;
  /** Lines that are no JSON. */
  readonly noise?: string | undefined;
  /** A result was told, and nothing was asked since. */
  readonly done?: boolean | undefined;
}

export interface Parsed {
  readonly state: ParserState;
  readonly events: readonly AgentEvent[];
}

/** Something that shows that a tool is logged in. `~` in a path is the home folder, `$NAME` a variable with its default. */
export type LoginSign =
  | { readonly type: "environment"; readonly name: string }
  | {
      readonly type: "file";
      readonly path: string;
      readonly relocatedBy?: { readonly variable: string; readonly path: string };
    }
  /** Exit 0 says yes, `no` says no by its exit code; anything else says nothing. Never asks the network. */
  | { readonly type: "command"; readonly args: readonly string[]; readonly no: number };

export interface AgentAdapter {
  /** As in `--agent NAME`. */
  readonly name: string;
  /** What the tool is called by its makers. */
  readonly title: string;
  /** Looked up in PATH. */
  readonly program: string;
  readonly versionArgs: readonly string[];
  /** The version in what `program versionArgs` prints, like `2.1.197`. */
  readonly parseVersion: (text: string) => string | undefined;
  /** Older ones lack options that are used here, or were never tried. */
  readonly minVersion: string;
  /** How to get it: a command. */
  readonly install: string;
  /** Any one of them that is there says yes. Empty: it cannot be told. */
  readonly login: { readonly signs: readonly LoginSign[]; readonly hint: string };
  /** Variables that hold its secrets. */
  readonly secretVariables: readonly string[];
  /** What this tool cannot do of what is asked, as a sentence. */
  readonly unsupported: (request: AgentRequest) => string | undefined;
  readonly launch: (request: AgentRequest) => AgentLaunch;
  /** The line for the standard input of a running session, without newline; undefined where it takes none. */
  readonly message: (text: string) => string | undefined;
  /** One line of standard output, without newline. Never throws. */
  readonly parse: (state: ParserState, line: string, clock: Clock) => Parsed;
  /** The process has ended: what is still to be said, from the exit code and the last of standard error. */
  readonly ended: (state: ParserState, end: AgentEnd, clock: Clock) => readonly AgentEvent[];
}

export interface AgentEnd {
  /** Undefined when a signal ended it. */
  readonly exitCode?: number | undefined;
  /** The tail of standard error; tools say there what they say nowhere else. */
  readonly stderr: string;
}
