/** The closed table of errors: every failure a client can be told of has one row here. */

/** `rpc` is the JSON-RPC error code, `exit` the CLI's exit code (sysexits.h where one fits). */
export const ERRORS = {
  parse_error: { rpc: -32700, exit: 65, means: "The line is not JSON" },
  invalid_request: { rpc: -32600, exit: 65, means: "The JSON is not a JSON-RPC 2.0 request" },
  unknown_method: { rpc: -32601, exit: 76, means: "The daemon has no such method" },
  invalid_params: { rpc: -32602, exit: 2, means: "A parameter or option is missing, unknown or out of range" },
  internal: { rpc: -32603, exit: 70, means: "A bug in Claudine; the daemon's log has the details" },
  not_found: { rpc: -32001, exit: 66, means: "No such task, run, group or file" },
  wrong_state: { rpc: -32002, exit: 1, means: "The task's state does not allow what was asked" },
  unavailable: { rpc: -32003, exit: 69, means: "No daemon answers on the socket" },
  shutting_down: { rpc: -32004, exit: 75, means: "The daemon is stopping; try again in a moment" },
  storage: {
    rpc: -32005,
    exit: 74,
    means: "The state could not be written (disk full, read-only …); nothing was changed",
  },
  too_large: { rpc: -32006, exit: 65, means: "A message, argument or environment is larger than allowed" },
  limit: { rpc: -32007, exit: 75, means: "A limit on the number of something is reached" },
  config_invalid: { rpc: -32008, exit: 78, means: "The configuration file is not valid" },
  permission: {
    rpc: -32009,
    exit: 77,
    means: "A folder, file or socket belongs to somebody else or is open to others",
  },
  version_mismatch: { rpc: -32010, exit: 76, means: "Client, daemon or store are of versions that do not go together" },
  timeout: { rpc: -32011, exit: 124, means: "What was waited for did not happen in time" },
  already_running: { rpc: -32012, exit: 75, means: "Another daemon serves this state folder" },
  os: { rpc: -32013, exit: 71, means: "The operating system refused (no processes, descriptors or memory left)" },
} as const satisfies Record<string, { rpc: number; exit: number; means: string }>;

export type ErrorCode = keyof typeof ERRORS;

export type ErrorDetails = {
  /** What the person can do about it; a sentence or a command, no full stop. */
  hint?: string | undefined;
  cause?: unknown;
};

/** An expected failure, with text for a person. Anything else that is thrown is a bug. */
export class ClaudineError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ClaudineError";
    this.code = code;
    this.hint = details.hint;
  }
}

/** The name of a JSON-RPC error code, `internal` for an unknown one. */
export function errorCodeOf(rpc: number): ErrorCode {
  for (const [code, row] of Object.entries(ERRORS)) if (row.rpc === rpc) return code as ErrorCode;
  return "internal";
}
