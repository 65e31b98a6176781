/** Reads a line as a JSON-RPC 2.0 request or a batch of them, or says why it is neither. */
import { isUtf8 } from "node:buffer";
import { ClaudineError } from "@claudine/protocol";
import type { JSONRPCID, JSONRPCRequest } from "json-rpc-2.0";
import { checkShape } from "./json-shape.ts";

export type Incoming = { request: JSONRPCRequest } | { error: ClaudineError; id: JSONRPCID };

const BATCH_AT_MOST = 1000;
const ID_CHARS_AT_MOST = 256;

export function parseLine(line: Buffer): Incoming | { batch: Incoming[] } {
  let value: unknown;
  try {
    value = readJson(line);
  } catch (error) {
    return { error: error instanceof ClaudineError ? error : notJson(), id: null };
  }
  if (!Array.isArray(value)) return readRequest(value);
  if (value.length === 0) return { error: noRequest("A batch holds at least one request"), id: null };
  if (value.length <= BATCH_AT_MOST) return { batch: value.map(readRequest) };
  const text = `A batch holds at most ${BATCH_AT_MOST} requests, this has ${value.length}`;
  return { error: new ClaudineError("limit", text, { hint: "Send several" }), id: null };
}

function readJson(line: Buffer): unknown {
  if (!isUtf8(line)) throw new ClaudineError("parse_error", "The line is not UTF-8", { hint: "JSON is sent as UTF-8" });
  checkShape(line);
  return JSON.parse(line.toString("utf8"));
}

function readRequest(value: unknown): Incoming {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { error: noRequest("The JSON is not a JSON-RPC 2.0 request"), id: null };
  }
  const { jsonrpc, id, method }: { jsonrpc?: unknown; id?: unknown; method?: unknown } = value;
  if (id !== undefined && !isId(id))
    return { error: noRequest("The id is neither a short string nor a number"), id: null };
  const problem =
    jsonrpc !== "2.0" ? `"jsonrpc" is not "2.0"` : typeof method !== "string" ? `"method" is not a string` : undefined;
  if (problem === undefined) return { request: value as JSONRPCRequest };
  return { error: noRequest(`The JSON is not a JSON-RPC 2.0 request: ${problem}`), id: id ?? null };
}

/** Sent back as it came, so it is small. */
function isId(id: unknown): id is JSONRPCID {
  return id === null || typeof id === "number" || (typeof id === "string" && id.length <= ID_CHARS_AT_MOST);
}

function notJson(): ClaudineError {
  return new ClaudineError("parse_error", "The line is not JSON", { hint: "One JSON-RPC 2.0 request per line" });
}

function noRequest(text: string): ClaudineError {
  return new ClaudineError("invalid_request", text, { hint: '{"jsonrpc":"2.0","id":1,"method":"daemon.status"}' });
}
