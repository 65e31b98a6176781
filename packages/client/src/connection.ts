/** One connection to the daemon, from the accepted socket to its end. */
import type { Socket } from "node:net";
import { ClaudineError, errorCodeOf } from "@claudine/protocol/errors";
import type { EventNotification } from "@claudine/protocol/methods";
import { JSONRPCClient, type JSONRPCErrorResponse, type JSONRPCRequest, type JSONRPCResponse } from "json-rpc-2.0";
import { LineSplitter } from "./framing.ts";
import { createSilence, type Silence } from "./silence.ts";

/** The connection ended before the answer came. */
export class ConnectionLost extends Error {
  /** The daemon cannot have read the request. */
  readonly unsent: boolean;

  constructor(unsent: boolean) {
    super("the daemon went away");
    this.name = "ConnectionLost";
    this.unsent = unsent;
  }
}

type Pending = { method: string; unsent: boolean; fail: (error: unknown) => void };
type EventListener = (notification: EventNotification) => void;

export type ConnectionOptions = {
  /** Told when a daemon that should answer at once has not for some seconds. */
  onSilent?: (() => void) | undefined;
  /** How long after that calls fail, but for `task.wait`. */
  giveUpMs?: number | undefined;
};

const GIVE_UP_MS = 10_000;
/** Answered from memory at once, also while the state is being written. */
const ASKED_OF_THE_SILENT = "config.get";

export class Connection {
  /** Resolves when the connection has ended, with the reason in words. */
  readonly ended: Promise<string>;
  readonly #socket: Socket;
  readonly #rpc: JSONRPCClient<Pending>;
  readonly #lines = new LineSplitter();
  readonly #pending = new Set<Pending>();
  readonly #listeners = new Set<EventListener>();
  #nextId = 0;
  #broken: ClaudineError | undefined;
  #heard = false;
  readonly #silence: Silence;

  constructor(socket: Socket, { onSilent, giveUpMs = GIVE_UP_MS }: ConnectionOptions = {}) {
    this.#socket = socket;
    this.#silence = createSilence(
      { ask: () => this.#ask(), silent: () => onSilent?.(), giveUp: () => this.#giveUp() },
      giveUpMs,
    );
    this.#rpc = new JSONRPCClient((payload: unknown, pending) => this.#write(payload, pending));
    socket.on("data", (chunk) => this.#receive(typeof chunk === "string" ? Buffer.from(chunk) : chunk));
    let why = "the daemon closed the connection";
    socket.on("error", (error) => {
      why = error.message;
    });
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        this.#silence.end();
        for (const pending of this.#pending) pending.fail(this.#broken ?? new ConnectionLost(pending.unsent));
        resolve(this.#broken?.message ?? why);
      });
    });
  }

  /**
   * The answer to one request.
   * @throws ClaudineError what the daemon answered; ConnectionLost
   */
  request(method: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      // Told when it has ended and not before: who calls again would get the same connection, without end.
      if (this.#socket.destroyed) return void this.ended.then(() => reject(this.#broken ?? new ConnectionLost(true)));
      const settle = (finish: () => void) => {
        this.#pending.delete(pending);
        if (this.#pending.size === 0) this.#silence.end();
        signal?.removeEventListener("abort", abort);
        finish();
      };
      const abort = () => settle(() => reject(signal?.reason));
      const pending: Pending = { method, unsent: false, fail: (error) => settle(() => reject(error)) };
      this.#pending.add(pending);
      this.#silence.begin();
      signal?.addEventListener("abort", abort);
      const request: JSONRPCRequest = { jsonrpc: "2.0", id: (this.#nextId += 1), method, params };
      Promise.resolve(this.#rpc.requestAdvanced(request, pending)).then(
        (response) =>
          settle(() => (response.error === undefined ? resolve(response.result) : reject(errorOf(response, method)))),
        pending.fail,
      );
    });
  }

  /** The daemon has said something over it. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Hears every event notification. @returns a function that ends it */
  onEvents(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The answer has an id of its own, and is for nobody. */
  #ask(): void {
    const request = { jsonrpc: "2.0", id: (this.#nextId += 1), method: ASKED_OF_THE_SILENT, params: {} };
    this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  #giveUp(): void {
    for (const pending of this.#pending) if (pending.method !== "task.wait") pending.fail(silentError(pending.method));
  }

  #write(payload: unknown, pending: Pending): void {
    this.#socket.write(`${JSON.stringify(payload)}\n`, (error) => {
      // The kernel refused the bytes, so the daemon has at most a part of the line.
      if (error !== null && error !== undefined && "syscall" in error && error.syscall === "write")
        pending.unsent = true;
    });
  }

  #receive(chunk: Buffer): void {
    try {
      this.#silence.heard(this.#pending.size > 0);
      for (const line of this.#lines.push(chunk)) this.#take(JSON.parse(line));
    } catch (error) {
      this.#break(
        error instanceof ClaudineError
          ? error
          : new ClaudineError("parse_error", "Cannot understand the answer of the daemon: it is not JSON", {
              cause: error,
              hint: "Look what listens on the socket",
            }),
      );
    }
  }

  #take(message: unknown): void {
    if (typeof message !== "object" || message === null) throw new TypeError("neither request nor response");
    this.#heard = true;
    if ("method" in message) this.#notified(message);
    else this.#answered(message as JSONRPCResponse);
  }

  #answered(response: JSONRPCResponse): void {
    // Without an id it answers nothing in particular: the daemon could not read what was sent.
    if (response.id === null && response.error !== undefined) return this.#break(errorOf(response, "the request"));
    this.#rpc.receive(response);
  }

  #notified(message: { method: unknown; params?: unknown }): void {
    if (message.method !== "event") return;
    for (const listener of this.#listeners) listener(message.params as EventNotification);
  }

  #break(error: ClaudineError): void {
    this.#broken = error;
    this.#socket.destroy();
  }
}

function silentError(method: string): ClaudineError {
  return new ClaudineError(
    "unavailable",
    `Cannot finish ${method}: the daemon takes the connection but does not answer`,
    {
      hint: "claudine daemon status; claudine daemon restart replaces it, tasks go on",
    },
  );
}

function errorOf({ error }: JSONRPCErrorResponse, method: string): ClaudineError {
  const code = errorCodeOf(error.code);
  const data: unknown = error.data;
  const told =
    typeof data === "object" && data !== null && "hint" in data && typeof data.hint === "string"
      ? data.hint
      : undefined;
  const older = code === "unknown_method" ? "The daemon is of another version; claudine daemon restart" : undefined;
  return new ClaudineError(code, error.message || `Cannot do ${method}`, { hint: told ?? older });
}
