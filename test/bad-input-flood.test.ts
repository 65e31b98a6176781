/** Clients that send too much, too little or too often, or do not read: the daemon stays small and serves the others. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { CLAUDINED, start } from "./support/program.ts";
import { type Answer, RawClient, refusal, submission } from "./support/raw-client.ts";
import { until } from "./support/until.ts";

const MB = 2 ** 20;
/** A daemon that keeps what it is sent, or builds what is asked, would need many times as much. */
const SMALL_BYTES = 1000 * MB;
/** With this heap it would end. */
const SMALL_HEAP = { NODE_OPTIONS: "--max-old-space-size=400" };

const open = (rig: Rig) => RawClient.open(rig.home.socket);
const held = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ command: ["true", `${index}`], held: true }));

const statusOf = (client: RawClient) => client.get("daemon.status", {});

/** That the daemon serves others is seen by one that asks all the time until `work` is done. */
async function whileOthersAreServed<T>(rig: Rig, work: Promise<T>): Promise<T> {
  const other = await open(rig);
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  // When the daemon fails, that is what is told.
  done.catch(() => {});
  do expect((await statusOf(other)).rssBytes).toBeLessThan(SMALL_BYTES);
  while (!over);
  expect((await statusOf(other)).rssBytes).toBeLessThan(SMALL_BYTES);
  other.destroy();
  return done;
}

/** A client that asks and does not read. */
async function deaf(rig: Rig, lines: readonly string[]): Promise<RawClient> {
  const client = await open(rig);
  client.socket.pause();
  client.socket.write(lines.map((line) => `${line}\n`).join(""));
  return client;
}

const request = (id: number, method: string, params: unknown = {}) =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params });

/** So many turns of the daemon, in which it could have taken all that was asked. */
async function turns(rig: Rig, count = 300): Promise<void> {
  const client = await open(rig);
  for (let turn = 0; turn < count; turn += 1) await statusOf(client);
  client.destroy();
}

describe("too much", () => {
  test("a line of 100 MB is refused and the connection ended", async () => {
    const rig = await startDaemon();
    const client = await open(rig);
    const answer = client.next();
    const piece = Buffer.alloc(MB, "x");
    const sending = (async () => {
      for (let sent = 0; sent < 100; sent += 1) await client.write(piece);
    })();
    expect(await whileOthersAreServed(rig, answer)).toMatchObject(refusal("too_large"));
    await sending;
    await client.ended;
    expect(client.others).toEqual([]);
  });

  test("the line that fits exactly is taken, and one byte more is not", async () => {
    const rig = await startDaemon({ config: "maxMessageBytes: 65536\n" });
    const [fits, more] = [await open(rig), await open(rig)];
    const line = (bytes: number) => request(1, "daemon.status").padEnd(bytes, " ");
    expect(await fits.line(line(65_536))).toMatchObject({ id: 1, result: {} });
    expect(await more.line(line(65_537))).toMatchObject(refusal("too_large"));
    await more.ended;
    expect(await fits.line(line(65_536))).toMatchObject({ id: 1, result: {} });
  });

  test("messages without end on many connections are refused before they fill the memory", async () => {
    const rig = await startDaemon({ config: "maxMessageBytes: 8388608\n" });
    const half = Buffer.alloc(7 * MB, "x");
    const clients = await Promise.all(Array.from({ length: 60 }, () => open(rig)));
    const refusals = clients.map((client) => client.next());
    const sent = Promise.all(clients.map((client) => client.write(half)));
    const first = await whileOthersAreServed(rig, Promise.race(refusals));
    expect(first).toMatchObject(refusal("limit"));
    for (const client of clients) client.destroy();
    await sent;
    const fresh = await open(rig);
    await until("the halves to be forgotten", async () => (await statusOf(fresh)).connections === 1);
    expect(await fresh.line(request(1, "daemon.status").padEnd(7 * MB, " "))).toMatchObject({ id: 1, result: {} });
  });

  test("more subscriptions than anybody needs on one connection", async () => {
    const rig = await startDaemon();
    const client = await open(rig);
    const answers = await Promise.all(Array.from({ length: 2000 }, () => client.ask("event.subscribe", {})));
    expect(answers.filter((answer) => answer?.result !== undefined)).toHaveLength(32);
    expect(answers.at(-1)).toMatchObject(refusal("limit"));
    expect(await client.ask("event.unsubscribe", { subscription: 1 })).toMatchObject({ result: {} });
    expect(await client.ask("event.subscribe", {})).toMatchObject({ result: {} });
  });

  test("waiting for everything again and again", async () => {
    const rig = await startDaemon({ env: SMALL_HEAP });
    const client = await open(rig);
    expect(await client.ask("task.submit", submission(held(50_000)))).toMatchObject({
      result: { ids: expect.any(Array) },
    });
    const waiting = await open(rig);
    const answers = Array.from({ length: 25 }, () => waiting.ask("task.wait", { selector: ["all"] }));
    expect(await whileOthersAreServed(rig, Promise.race(answers))).toMatchObject(refusal("limit"));
    waiting.destroy();
    await Promise.all(answers);
    expect(await client.ask("task.wait", { selector: ["all"], timeoutMs: 1 })).toMatchObject(refusal("timeout"));
  });

  test("tasks of a megabyte are listed in pages, and their events sent in pieces", async () => {
    const rig = await startDaemon();
    const client = await open(rig);
    const large = Array.from({ length: 12 }, () => ({ command: ["true", "x".repeat(MB)], held: true }));
    await client.ask("task.submit", submission(large));
    const first = await client.get("task.list", {});
    expect(first.tasks.length).toBeLessThan(12);
    const ids = first.tasks.map(({ id }) => id);
    for (let { next } = first; next !== null;) {
      const page = await client.get("task.list", { before: next });
      ids.push(...page.tasks.map(({ id }) => id));
      next = page.next;
    }
    expect(ids).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const events = await client.get("event.list", {});
    expect(events.events.length).toBeLessThan(events.lastSeq);
    await client.ask("event.subscribe", { since: 0 });
    const seqs = await eventsUpTo(client, events.lastSeq);
    expect(seqs).toEqual(Array.from({ length: events.lastSeq }, (_, index) => index + 1));
  });
});

/** The numbers of the events that come, up to `last`. */
async function eventsUpTo(client: RawClient, last: number): Promise<number[]> {
  const seqs: number[] = [];
  while ((seqs.at(-1) ?? 0) < last) {
    const message = (await client.next()) as { params?: { events: { seq: number }[] } } | undefined;
    if (message === undefined) throw new Error("the connection ended");
    for (const { seq } of message.params?.events ?? []) seqs.push(seq);
  }
  return seqs;
}

describe("too little", () => {
  test("half a message and then nothing more, and connections that break in the middle", async () => {
    const rig = await startDaemon();
    const client = await open(rig);
    const text = `${request(1, "task.list")}\n${request(2, "event.subscribe", { since: 0 })}\n`;
    for (let cut = 0; cut <= text.length; cut += 1) {
      const broken = await open(rig);
      broken.socket.write(text.repeat(3).slice(0, text.length + cut));
      broken.destroy();
    }
    await until("the broken connections to be forgotten", async () => (await statusOf(client)).connections === 1);
    expect(await client.ask("task.list", {})).toMatchObject({ result: { tasks: [] } });
  });

  test("idle connections, as many as descriptors allow", async () => {
    const rig = await startDaemon();
    const client = await open(rig);
    const most = Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 1024);
    const count = Math.min(10_000, most - 500);
    const idle: RawClient[] = [];
    for (let opened = 0; opened < count; opened += 100) {
      idle.push(...(await Promise.all(Array.from({ length: 100 }, () => open(rig)))));
      // Not faster than they are taken: the kernel's queue of those that wait is short.
      await until("them to be taken", async () => (await statusOf(client)).connections === idle.length + 1);
    }
    expect((await statusOf(client)).rssBytes).toBeLessThan(SMALL_BYTES);
    expect(await rig.claudine("submit", "--follow", "echo served")).toMatchObject({ code: 0, stdout: "served\n" });
    for (const one of idle) one.destroy();
    await until("the idle ones to be forgotten", async () => (await statusOf(client)).connections === 1);
  });

  test("more connections than descriptors are refused with the reason, and those that are open are served", async () => {
    const rig = await startDaemon({ daemon: false });
    const limited = ["-c", 'ulimit -n 300; exec "$0" "$1"', process.execPath, CLAUDINED];
    rig.daemon = start("/bin/sh", { args: limited, env: rig.env, cwd: "/" });
    await until("the daemon to answer", async () => (await rig.status()) !== undefined);
    const client = await open(rig);
    const many = await Promise.all(Array.from({ length: 400 }, () => open(rig)));
    const answers = await Promise.all(many.map((one) => Promise.race([one.ask("daemon.status"), one.next()])));
    const served = answers.filter((answer) => answer !== undefined && "result" in answer);
    const told = answers.filter((answer) => answer !== undefined && "error" in answer);
    expect(served.length).toBeGreaterThan(50);
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]).toMatchObject(refusal("limit"));
    const refused = await rig.claudine("list");
    expect(refused.code).not.toBe(0);
    expect(await client.ask("task.submit", submission([{ command: ["true"] }]))).toMatchObject({
      result: { ids: [1] },
    });
    expect(await client.ask("task.wait", { selector: ["1"], for: "success" })).toMatchObject({
      result: { reached: true },
    });
    for (const one of many) one.destroy();
    await until("the others to be forgotten", async () => (await statusOf(client)).connections === 1);
    expect(await rig.claudine("list", "--quiet")).toMatchObject({ code: 0, stdout: "1\n" });
  });
});

describe("a client that does not read", () => {
  test("lists of 20,000 tasks: it waits, and gets every answer when it reads", async () => {
    const rig = await startDaemon({ env: SMALL_HEAP });
    const client = await open(rig);
    await client.ask("task.submit", submission(held(20_000)));
    const asked = Array.from({ length: 120 }, (_, index) => index + 1);
    const lazy = await deaf(
      rig,
      asked.map((id) => request(id, "task.list")),
    );
    await whileOthersAreServed(rig, turns(rig));
    expect(await client.ask("task.submit", submission(held(1)))).toMatchObject({ result: { ids: [20_001] } });
    lazy.socket.resume();
    const ids: unknown[] = [];
    for (const id of asked) ids.push(((await lazy.next()) as Answer | undefined)?.id ?? `no answer to ${id}`);
    expect(new Set(ids)).toEqual(new Set(asked));
  });

  test("batches, output and single tasks", async () => {
    const rig = await startDaemon({ env: SMALL_HEAP });
    const client = await open(rig);
    await client.ask("task.submit", submission([...held(5000), { command: ["head", "-c", "9000000", "/dev/zero"] }]));
    await client.ask("task.wait", { selector: ["5001"] });
    const read = { id: 5001, maxBytes: 4 * MB };
    const several = (method: string, params: unknown) =>
      Array.from({ length: 500 }, (_, id) => request(id, method, params));
    const clients = [
      await deaf(rig, [`[${several("task.list", {}).join()}]`, `[${several("log.read", read).join()}]`]),
      await deaf(rig, several("log.read", read)),
      await deaf(rig, several("log.read", { ...read, waitMs: 60_000 })),
      await deaf(rig, several("event.list", { limit: 10_000 })),
      await deaf(rig, several("event.subscribe", { since: 0, snapshot: true })),
      await deaf(rig, several("task.wait", { selector: ["all"], for: "running", timeoutMs: 1 })),
    ];
    await whileOthersAreServed(rig, turns(rig));
    for (const one of clients) one.destroy();
    await until("them to be forgotten", async () => (await statusOf(client)).connections === 1);
  });

  test("a batch whose answers would fill the memory says so for the rest", async () => {
    const rig = await startDaemon({ env: SMALL_HEAP });
    const client = await open(rig);
    await client.ask("task.submit", submission(held(2000)));
    const batch = Array.from({ length: 200 }, (_, id) => request(id, "task.list"));
    const answers = (await client.line(`[${batch.join()}]`)) as Answer[];
    expect(answers).toHaveLength(200);
    expect(answers[0]).toMatchObject({ id: 0, result: { tasks: expect.any(Array) } });
    expect(answers.at(-1)).toMatchObject(refusal("too_large"));
  });

  test("events of 20,000 tasks: it gets them all, in order, when it reads", async () => {
    const rig = await startDaemon({ env: SMALL_HEAP });
    const client = await open(rig);
    const lazy = await deaf(rig, [request(1, "event.subscribe", { since: 0 })]);
    const submitting = Promise.all(Array.from({ length: 40 }, () => client.ask("task.submit", submission(held(500)))));
    await whileOthersAreServed(rig, submitting);
    const { lastSeq, rssBytes } = await statusOf(client);
    expect(lastSeq).toBeGreaterThan(20_000);
    expect(rssBytes).toBeLessThan(SMALL_BYTES);
    lazy.socket.resume();
    const seqs = await eventsUpTo(lazy, lastSeq);
    expect(seqs.slice(0, 3)).toEqual([1, 2, 3]);
    expect(seqs.every((seq, index) => seq === index + 1)).toBe(true);
  });
});
