/**
 * Frames spoiled at random: the daemon answers each line with a result or an expected error, does not grow, and serves on.
 * `CLAUDINE_FUZZ_SEED` repeats a run.
 */
import { ERRORS } from "@claudine/protocol/errors";
import { METHODS } from "@claudine/protocol/methods";
import { expect, test } from "vitest";
import { type Random, seeded, seedFrom } from "./support/crash-random.ts";
import { startDaemon } from "./support/daemon.ts";
import { mutate } from "./support/mutate.ts";
import { type Answer, RawClient, submission } from "./support/raw-client.ts";

const FRAMES = 100_000;
const PER_CONNECTION = 200;
/** Only there to end what hangs. */
const DEADLINE_MS = 600_000;
/** A daemon that keeps something of each line would need more. */
const BYTES_AT_MOST = 600 * 2 ** 20;
const SMALL_HEAP = { NODE_OPTIONS: "--max-old-space-size=250" };

/** One of every method but those that stop the daemon or write where they are told to. Nothing of it is run by a shell. */
function frames(cwd: string): string[] {
  const selector = ["1", "2-4", "last:2", "label:a", "group:b", "held", "failed"];
  const task = {
    command: ["true", "x"],
    label: "a",
    group: "b",
    priority: 3,
    env: { A: "1", B_TOKEN: "2" },
    held: true,
  };
  const ruled = {
    ...task,
    held: false,
    after: [{ id: 1, on: "any" }],
    onDependencyFailure: "run",
    notBefore: 5,
    retry: { limit: 2, delayMs: 5, backoff: "exponential", maxDelayMs: 50, jitter: true, onExit: [{ from: 1, to: 2 }] },
    limits: { timeoutMs: 900, idleTimeoutMs: 900, warnSignal: { signal: "USR1", beforeMs: 5 }, graceMs: 5 },
    needs: { slots: 2, cpus: 0.5, memoryBytes: 1e6, memoryMaxBytes: 1e9, locks: ["l"], claims: { gpu: 1 } },
    ifRunning: "queue",
  };
  const budget = { usd: 20, tokens: 5_000_000 };
  const caller = { env: { A: "1", B_TOKEN: "2" }, cwd, umask: 0o22 };
  const schedule = {
    name: "s",
    when: { kind: "cron", expression: "*/5 2-4 * * mon#1" },
    zone: "Europe/Berlin",
    jitterMs: 5,
    until: 4e12,
    maxRuns: 3,
    missed: "catchup",
    catchupWindowMs: 900,
    overlap: "replace",
    task: { command: ["true"], label: "a", priority: 2, limits: ruled.limits },
  };
  const asked: [string, unknown][] = [
    ["task.submit", submission([task, { command: ["false"], stdin: true, arrayIndex: 7 }], { cwd })],
    ["task.submit", submission([{ command: ["true"] }], { cwd })],
    ["task.submit", { ...submission([ruled, { ...ruled, key: "k" }], { cwd }), maxFails: 1 }],
    ["task.change", { selector: ["held"], changes: { priority: 2, label: null, after: null, needs: ruled.needs } }],
    ["task.edit", { edits: [{ id: 2, changes: { retry: ruled.retry, limits: null, notBefore: 5 } }], retry: true }],
    ["task.move", { selector: ["1", "2"], to: { before: 3 } }],
    ["task.switch", { id: 1, with: 2 }],
    ["task.start", { selector: ["held"] }],
    ["task.explain", { id: 1 }],
    ["task.graph", { selector }],
    ["task.list", { selector, states: ["held", "failed"], group: "b", label: "a", text: "x", before: 9, limit: 5 }],
    ["task.list", {}],
    ["task.get", { id: 1 }],
    ["task.kill", { selector, signal: "TERM", graceMs: 10 }],
    ["task.cancel", { selector, graceMs: 10, note: "n" }],
    ["task.pause", { selector }],
    ["task.resume", { selector }],
    ["task.hold", { selector }],
    ["task.release", { selector: ["held"], env: { A: "2" } }],
    ["task.retry", { selector: ["failed"] }],
    ["task.remove", { selector: ["succeeded"] }],
    ["task.clean", { states: ["succeeded"], group: "b", olderThanMs: 1, dryRun: false }],
    ["task.send", { id: 2, text: "x", eof: true }],
    ["task.wait", { selector, for: "finished", timeoutMs: 1 }],
    ["task.search", { text: "x", fields: ["label"], selector, since: 5, perTask: 2, cursor: "9-1", maxMs: 10 }],
    [
      "agent.submit",
      { ...caller, tasks: [{ agent: { agent: "claude", prompt: "x", budgetUsd: 2 }, budget, held: true }] },
    ],
    ["agent.result", { id: 1, attempt: 1 }],
    ["agent.continue", { id: 1, feedback: "x", onConflict: "merge", env: { A: "2" } }],
    ["agent.feedback", { id: 1 }],
    ["agent.texts", { id: 1 }],
    ["agent.list", { env: { PATH: "/usr/bin:/bin" }, cwd }],
    ["agent.free", { agent: "claude" }],
    ["worktree.note", { id: 1, step: "merged" }],
    ["artifact.list", { id: 1, attempt: 1, after: "YQ", limit: 5 }],
    ["artifact.read", { id: 1, attempt: 1, name: "a/b", offset: 3, maxBytes: 5 }],
    ["log.read", { id: 1, attempt: 1, stream: "stderr", offset: 0, tailLines: 3, maxBytes: 100, waitMs: 1 }],
    ["schedule.add", { ...caller, schedule }],
    ["schedule.edit", { name: "s", changes: { when: { kind: "every", everyMs: 3_600_000 }, until: null }, cwd }],
    [
      "schedule.add",
      { ...caller, schedule: { ...schedule, name: "p", task: { agent: { agent: "claude", prompt: "x" }, budget } } },
    ],
    ["schedule.edit", { name: "p", changes: { task: { agent: { prompt: "y", fallback: [{ agent: "claude" }] } } } }],
    ["schedule.edit", { name: "p", changes: { task: { budget: { ...budget, usd: null } } } }],
    ["schedule.declare", { ...caller, origin: "/f.yaml", schedules: [{ ...schedule, name: "f" }], prune: true }],
    ["schedule.list", { order: "next", limit: 5 }],
    ["schedule.get", { name: "s" }],
    ["schedule.texts", { name: "s" }],
    ["schedule.history", { name: "s", before: 9, limit: 5 }],
    ["schedule.next", { name: "s", count: 3 }],
    ["schedule.pause", { names: ["s"] }],
    ["schedule.resume", { names: ["s"] }],
    ["schedule.run", { name: "s" }],
    ["schedule.remove", { names: ["f"] }],
    ["group.list", {}],
    ["group.set", { name: "b", slots: 3 }],
    ["group.set", { name: "b", budget: { ...budget, per: "day" } }],
    ["budget.list", {}],
    ["group.limit", { slots: 40 }],
    ["group.set", { name: "c", slots: null, paused: true }],
    ["group.remove", { name: "c" }],
    ["event.list", { since: 0, limit: 10 }],
    ["event.subscribe", { since: 0, snapshot: true, snapshotLimit: 5 }],
    ["event.unsubscribe", { subscription: 1 }],
    ["host.read", { explain: [1, 2] }],
    ["host.history", { since: 5, until: 4e12, stepMs: 60_000 }],
    ["run.list", { selector, states: ["failed"], since: 5, until: 4e12, before: "5-1-1", limit: 3 }],
    ["run.course", { id: 1, attempt: 1 }],
    ["run.waited", { id: 1, attempt: 1 }],
    ["stats.read", { sinceMs: 3_600_000, by: "label" }],
    ["metrics.read", {}],
    ["daemon.status", {}],
    ["doctor.run", {}],
    ["config.get", {}],
  ];
  return asked.map(([method, params], index) => JSON.stringify({ jsonrpc: "2.0", id: index, method, params }));
}

const LEFT_OUT: readonly string[] = ["daemon.stop", "store.backup"];

test("every method but those is among what is spoiled", () => {
  const spoiled = frames("/").map((frame) => (JSON.parse(frame) as { method: string }).method);
  expect(new Set([...spoiled, ...LEFT_OUT])).toEqual(new Set(Object.keys(METHODS)));
});

const EXPECTED = new Set<number>(
  Object.entries(ERRORS).flatMap(([code, { rpc }]) => (code === "internal" ? [] : [rpc])),
);

/** What the daemon must never say. */
function bugsIn(messages: readonly (Answer | Answer[])[]): unknown[] {
  return messages.flat().filter((message) => {
    if ("method" in message) return false;
    if (message.jsonrpc !== "2.0" || !("id" in message)) return true;
    return message.error === undefined ? message.result === undefined : !EXPECTED.has(message.error.code);
  });
}

async function spoil(socket: string, corpus: readonly string[], random: Random): Promise<unknown[]> {
  const client = await RawClient.open(socket);
  const lines = Array.from({ length: PER_CONNECTION }, () => mutate(corpus, random));
  for (const line of lines) await client.write(Buffer.concat([line, Buffer.from("\n")]));
  const status = await client.ask("daemon.status", {});
  const bugs = bugsIn(client.others);
  // Some go in the middle of a line, and of an answer.
  if (random.chance(0.3)) client.socket.write(lines[0] ?? "");
  client.destroy();
  return status?.result === undefined ? [...bugs, { noAnswerAfter: lines.at(-1)?.toString() }] : bugs;
}

test(`${FRAMES} spoiled frames`, { timeout: DEADLINE_MS }, async () => {
  const seed = seedFrom("CLAUDINE_FUZZ_SEED");
  const random = seeded(seed);
  const rig = await startDaemon({ config: "grace: 50ms\nresources: { gpu: 2 }\n", env: SMALL_HEAP });
  const corpus = frames(rig.home.work);
  for (let sent = 0; sent < FRAMES; sent += PER_CONNECTION) {
    const bugs = await spoil(rig.home.socket, corpus, random);
    const log = bugs.length === 0 ? "" : rig.daemon?.stderr().slice(-2000);
    expect({ seed, sent, bugs: bugs.slice(0, 3), log }).toEqual({ seed, sent, bugs: [], log: "" });
  }
  const client = await RawClient.open(rig.home.socket);
  const { pid, rssBytes } = await client.get("daemon.status", {});
  expect({ seed, pid }).toEqual({ seed, pid: rig.daemon?.pid });
  expect(rssBytes).toBeLessThan(BYTES_AT_MOST);
  expect(rig.daemon?.stderr()).not.toContain("by a bug");
  await client.get("group.limit", { slots: 50 });
  await client.get("group.set", { name: "after", slots: 1, paused: false });
  expect(await rig.claudine("submit", "--group", "after", "--follow", "echo served")).toMatchObject({
    code: 0,
    stdout: "served\n",
  });
  client.destroy();
});
