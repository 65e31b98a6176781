/** One client's connection: lines in, answers and events out, with back-pressure both ways. */
import type { Socket } from "node:net";
import { ClaudineError, type TaskEvent } from "@claudine/protocol";
import type { Caller, Context, EventSource } from "./context.ts";
import { errorResponse, type Answer, type Dispatch } from "./dispatch.ts";
import { encode } from "./encode.ts";
import { createLineSplitter } from "./lines.ts";
import { createSubscriptions } from "./subscriptions.ts";
import type { Traffic } from "./traffic.ts";
import { createTurns } from "./turns.ts";

const REQUESTS_AT_MOST = 2000;
/** How long a refused client has to read why; what it still sends is not read. */
const LINGER_MS = 1000;

export type Session = {
  /** Offers durable events to the connection's subscriptions. */
  tell(events: readonly TaskEvent[]): void;
  /** Says why and ends the connection. */
  refuse(error: ClaudineError): void;
  destroy(): void;
};

export type SessionPorts = {
  context: Pick<Context, "log" | "config">;
  dispatch: Dispatch;
  source: EventSource;
  traffic: Traffic;
  onClose(): void;
};

export function openSession(socket: Socket, ports: SessionPorts): Session {
  const { context, traffic } = ports;
  const { maxMessageBytes } = context.config;
  const splitter = createLineSplitter(maxMessageBytes);
  const closed = new AbortController();
  const share = traffic.open();
  const queue: Buffer[] = [];
  let open = 0;
  /** Of the lines that are not answered yet. */
  let askedBytes = 0;
  let refused = false;

  const write = (message: object): boolean => {
    if (socket.destroyed || refused) return false;
    const more = socket.write(encode(message));
    share.setUnread(socket.writableLength);
    return more;
  };
  const turns = createTurns(() => !share.isFull(), closed.signal);
  const subscriptions = createSubscriptions({ source: ports.source, write, isFull: () => socket.writableNeedDrain });
  const caller: Caller = {
    closed: closed.signal,
    inTurn: turns.take,
    subscribe: subscriptions.add,
    unsubscribe: subscriptions.remove,
  };
  const isBusy = () => open >= REQUESTS_AT_MOST || askedBytes > maxMessageBytes || share.isFull();
  const answer = (line: Buffer, message: Answer) => {
    open -= 1;
    askedBytes -= line.length;
    if (message !== null) write(message);
    share.setHeld(splitter.held() + askedBytes);
    work();
  };
  const work = () => {
    while (queue.length > 0 && !isBusy()) ask(queue.shift());
    if (queue.length > 0) socket.pause();
    else if (socket.isPaused() && !isBusy()) socket.resume();
    turns.next();
  };
  const ask = (line: Buffer | undefined) => {
    if (line === undefined) return;
    open += 1;
    ports.dispatch(line, caller).then(
      (message) => answer(line, message),
      (error: unknown) => answer(line, errorResponse(context, null, error)),
    );
  };
  const refuse = (error: ClaudineError) => {
    write(errorResponse(context, null, error));
    refused = true;
    splitter.forget();
    queue.length = 0;
    share.setHeld(0);
    socket.pause();
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
  const take = (chunk: Buffer) => {
    if (refused) return;
    const lines = splitter.push(chunk)?.filter((line) => line.length > 0);
    if (lines === undefined) return refuse(tooLong(maxMessageBytes));
    for (const line of lines) {
      queue.push(line);
      askedBytes += line.length;
    }
    if (!share.setHeld(splitter.held() + askedBytes)) return refuse(crowded());
    work();
  };

  socket.on("data", take);
  socket.on("drain", () => {
    share.setUnread(socket.writableLength);
    work();
    subscriptions.resume();
  });
  socket.on("error", (error) => context.log.debug("A connection broke", { error: error.message }));
  socket.on("close", () => {
    share.close();
    queue.length = 0;
    closed.abort();
    turns.next();
    subscriptions.clear();
    ports.onClose();
  });
  return { tell: subscriptions.tell, refuse, destroy: () => socket.destroySoon() };
}

function tooLong(maxBytes: number): ClaudineError {
  return new ClaudineError("too_large", `The line is longer than ${maxBytes} bytes`, {
    hint: "Submit in several calls, or raise maxMessageBytes in the configuration",
  });
}

function crowded(): ClaudineError {
  return new ClaudineError("limit", "The daemon holds too many unfinished messages", { hint: "Try again in a moment" });
}
