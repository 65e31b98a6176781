import type { Socket } from "node:net";
import type { TaskEvent } from "@claudine/protocol/event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Client, EventBatch, EventsOptions } from "./client.ts";
import { connect } from "./connect.ts";
import { FakeDaemon, send } from "./fake-daemon.ts";

let daemon: FakeDaemon;
let client: Client;
/** The journal goes up to here. */
let last: number;
/** The connections that are subscribed. */
let subscribers: Socket[];

beforeEach(async () => {
  daemon = new FakeDaemon();
  last = 10;
  subscribers = [];
  daemon.answer = ({ method, params, id }, socket) => {
    if (method !== "event.subscribe") return { result: {} };
    const since = typeof params["since"] === "number" ? params["since"] : last;
    subscribers.push(socket);
    // In one piece with what follows, as the kernel may deliver it.
    const answer = {
      jsonrpc: "2.0",
      id,
      result: { subscription: 5, seq: since, tasks: params["snapshot"] === true ? [] : null },
    };
    const old = { jsonrpc: "2.0", method: "event", params: { subscription: 5, events: range(since + 1, last) } };
    socket.write(`${JSON.stringify(answer)}\n${since < last ? `${JSON.stringify(old)}\n` : ""}`);
    return undefined;
  };
  await daemon.listen();
  client = await connect({ socket: daemon.socket, autostart: false });
});

afterEach(async () => {
  client.close();
  await daemon.raze();
});

function range(from: number, to: number): TaskEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    at: 0,
    type: "task.retried",
    id: 1,
  }));
}

/** Journals up to `seq` and tells everybody. */
function journal(seq: number): void {
  const events = range(last + 1, seq);
  last = seq;
  for (const socket of subscribers)
    if (!socket.destroyed) send(socket, { jsonrpc: "2.0", method: "event", params: { subscription: 5, events } });
}

/** Collects sequence numbers until `count` have come. */
async function collect(options: EventsOptions, count: number): Promise<{ seqs: number[]; batches: EventBatch[] }> {
  const seqs: number[] = [];
  const batches: EventBatch[] = [];
  for await (const batch of client.events(options)) {
    batches.push(batch);
    seqs.push(...batch.events.map(({ seq }) => seq));
    if (seqs.length >= count) break;
  }
  return { seqs, batches };
}

test("old events come before live ones, though they arrive with the answer", async () => {
  const collecting = collect({ since: 7 }, 5);
  await expect.poll(() => subscribers.length).toBe(1);
  journal(12);
  expect((await collecting).seqs).toEqual([8, 9, 10, 11, 12]);
});

test("after a reconnect they go on where they were, without a gap or a duplicate", async () => {
  const collecting = collect({}, 6);
  await expect.poll(() => subscribers.length).toBe(1);
  journal(12);
  await daemon.stop();
  last = 15;
  await daemon.listen();
  await expect.poll(() => subscribers.length).toBe(2);
  journal(16);
  expect((await collecting).seqs).toEqual([11, 12, 13, 14, 15, 16]);
});

test("leaving the loop ends the subscription", async () => {
  await collect({ since: 9 }, 1);
  await expect.poll(() => daemon.methods).toContain("event.unsubscribe");
});

test("a snapshot comes first, and only once over a reconnect", async () => {
  const collecting = collect({ snapshot: true }, 2);
  await expect.poll(() => subscribers.length).toBe(1);
  journal(11);
  daemon.drop();
  await expect.poll(() => subscribers.length).toBe(2);
  journal(12);
  const { batches } = await collecting;
  expect(batches.map(({ snapshot }) => snapshot?.seq)).toEqual([10, undefined, undefined]);
});

test("a hole in the journal is bridged by a new snapshot", async () => {
  const collecting = collect({ snapshot: true }, 1);
  await expect.poll(() => subscribers.length).toBe(1);
  send(subscribers[0] as Socket, {
    jsonrpc: "2.0",
    method: "event",
    params: { subscription: 5, events: range(14, 15) },
  });
  last = 15;
  await expect.poll(() => subscribers.length).toBe(2);
  journal(16);
  const { batches, seqs } = await collecting;
  expect(seqs).toEqual([16]);
  expect(batches.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot.seq]))).toEqual([10, 15]);
});

test("without a snapshot a hole is an error, never silence", async () => {
  const collecting = collect({}, 5);
  await expect.poll(() => subscribers.length).toBe(1);
  send(subscribers[0] as Socket, {
    jsonrpc: "2.0",
    method: "event",
    params: { subscription: 5, events: range(14, 15) },
  });
  await expect(collecting).rejects.toMatchObject({ code: "not_found" });
});

test("a signal ends the loop, also while the daemon is away", async () => {
  const controller = new AbortController();
  const collecting = collect({ signal: controller.signal }, 1);
  await expect.poll(() => subscribers.length).toBe(1);
  await daemon.stop();
  controller.abort();
  expect((await collecting).seqs).toEqual([]);
});

test("a journal that no longer reaches back is bridged by a snapshot, too", async () => {
  const collecting = collect({ snapshot: true }, 1);
  await expect.poll(() => subscribers.length).toBe(1);
  const answer = daemon.answer;
  daemon.answer = (asked, socket) => {
    if (asked.method !== "event.subscribe" || asked.params["snapshot"] === true) return answer(asked, socket);
    return { error: { code: -32001, message: "Cannot send the events after 10: the journal begins with 50" } };
  };
  last = 60;
  daemon.drop();
  await expect.poll(() => subscribers.length).toBe(2);
  journal(61);
  const { batches, seqs } = await collecting;
  expect(seqs).toEqual([61]);
  expect(batches.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot.seq]))).toEqual([10, 60]);
});
