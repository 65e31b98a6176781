/** The client library: connect, typed calls, events that go on after a reconnect, auto-start of the daemon. */
export type { CallOptions, Client, ConnectionChange, EventBatch, EventsOptions } from "./client.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export { ClaudineError, type ErrorCode } from "@claudine/protocol/errors";
export type { TaskEvent } from "@claudine/protocol/event";
export type { TaskInfo } from "@claudine/protocol/task";
