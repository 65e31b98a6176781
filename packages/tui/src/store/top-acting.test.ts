import type { Result } from "@claudine/protocol/methods";
import { expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeSource, QUIET_HOST } from "../testing/fake-source.ts";
import { ended, makeTask, queued, running } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { TopStore, type StorePorts } from "./top-store.ts";

const look = lookOf({ color: true, ascii: false });

async function openStore(source: FakeSource, more: Partial<StorePorts> = {}) {
  const clock = new FakeClock();
  const size = { columns: 80, rows: 24 };
  const store = new TopStore({ source, clock, look, size, wish: () => {}, ...more });
  store.start();
  onTestFinished(() => store.stop());
  await clock.pass(500);
  const press = async (...keys: string[]) => {
    for (const key of keys) store.press(key);
    await clock.pass(500);
  };
  return { store, clock, press };
}

const rowIds = (store: TopStore) => store.scene().rows.map(({ task }) => task.id);

test("acts on all that are tagged, and leaves out those that it does not fit", async () => {
  const tasks = [makeTask(1, running(9)), makeTask(2, running(5)), makeTask(3, queued(3))];
  const source = new FakeSource(tasks, { "task.pause": () => ({ tasks: [] }), "task.kill": () => ({ tasks: [] }) });
  const { store, press } = await openStore(source);
  await press("A", "p");
  expect(source.asked).toContainEqual({ method: "task.pause", params: { selector: ["1-2"], skipUnfit: true } });
  await press("K");
  expect(store.scene().ui.prompt).toEqual({ kind: "kill", ids: [1, 2] });
  await press("n", "escape");
  expect(store.scene().targets.map(({ id }) => id)).toEqual([1]);
  await press("space", "space", "r");
  expect(store.scene().notice?.text).toBe("Cannot retry any of the 2 tagged tasks in the states they are in");
});

test("those of many that have ended meanwhile are left out, and it is told", async () => {
  const source = new FakeSource([makeTask(1, running(9)), makeTask(2, running(5)), makeTask(3, running(3))], {
    "task.kill": () => ({ tasks: [{ id: 1 }, { id: 3 }] as Result<"task.kill">["tasks"] }),
  });
  const { store, press } = await openStore(source);
  await press("A", "K", "y");
  expect(source.asked).toContainEqual({
    method: "task.kill",
    params: { selector: ["1-3"], skipUnfit: true, signal: "SIGTERM" },
  });
  expect(store.scene().notice?.text).toBe("Sent SIGTERM to 3 tasks, but for 1 that did not allow it");
});

test("when none of several allows it any more, nothing was done", async () => {
  const source = new FakeSource([makeTask(1, running(9)), makeTask(2, running(5))], {
    "task.pause": () => ({ tasks: [] }),
  });
  const { store, press } = await openStore(source);
  await press("A", "p");
  expect(store.scene().notice?.text).toBe("Not done: none of the 2 tasks allows it now");
});

test("keys that come faster than the screen is drawn act on what is so by then", async () => {
  const source = new FakeSource([makeTask(1, queued(1))], { "task.edit": () => ({ tasks: [] }) });
  const { store, clock } = await openStore(source);
  store.press("+");
  source.push({ type: "task.changed", id: 1, changes: { priority: 1 }, seq: 2, at: 2 });
  await clock.pass(50);
  store.press("+");
  const asked = source.asked.filter(({ method }) => method === "task.edit").map(({ params }) => params);
  expect(asked).toEqual([1, 2].map((priority) => ({ edits: [{ id: 1, changes: { priority } }] })));
});

test("removes after a while, unless it is undone; who leaves meant it", async () => {
  const tasks = [makeTask(1, ended("succeeded", 1)), makeTask(2, ended("succeeded", 2))];
  const source = new FakeSource(tasks, { "task.remove": ({ selector }) => ({ ids: selector.map(Number) }) });
  const { store, clock, press } = await openStore(source);
  await press("D");
  expect(store.scene().rows[0]).toMatchObject({ leaving: true });
  await clock.pass(4000);
  await press("u");
  await clock.pass(9000);
  expect(source.count("task.remove")).toBe(0);
  await press("D");
  await clock.pass(5100);
  expect(source.asked.filter(({ method }) => method === "task.remove")).toEqual([
    { method: "task.remove", params: { selector: ["1"] } },
  ]);
  await press("down", "D");
  await store.stop();
  expect(source.count("task.remove")).toBe(2);
});

test("who leaves while the daemon is away is told that nothing was removed", async () => {
  const source = new FakeSource([makeTask(1, ended("succeeded", 1))], { "task.remove": () => ({ ids: [1] }) });
  const { store, press } = await openStore(source);
  await press("D");
  source.connection({ state: "lost", why: "it closed" });
  await store.stop();
  expect(store.undone).toBe("Not done: the daemon is not reachable");
  expect(source.count("task.remove")).toBe(0);
});

test("what is about to go is not removed a second time, so that one undo keeps it", async () => {
  const tasks = [makeTask(1, ended("succeeded", 1)), makeTask(2, ended("succeeded", 2))];
  const source = new FakeSource(tasks, { "task.remove": ({ selector }) => ({ ids: selector.map(Number) }) });
  const { store, clock, press } = await openStore(source);
  await press("D", "D");
  expect(store.scene().notice?.text).toBe("That goes already: u undoes it");
  await press("u");
  await clock.pass(9000);
  expect(source.count("task.remove")).toBe(0);
  await press("D", "A", "D");
  await clock.pass(9000);
  expect(source.asked.filter(({ method }) => method === "task.remove").map(({ params }) => params)).toEqual([
    { selector: ["1"] },
    { selector: ["2"] },
  ]);
});

test("the cursor stays with a group when another comes before it", async () => {
  const [quiet] = QUIET_HOST.groups;
  let names = ["b", "c"];
  const source = new FakeSource([], {
    "host.read": () => ({ ...QUIET_HOST, groups: names.map((name) => ({ ...quiet!, name })) }),
    "group.set": () => quiet!,
  });
  const { clock, press } = await openStore(source);
  await press("2", "down");
  names = ["a", "b", "c"];
  await clock.pass(1500);
  await press("p");
  expect(source.asked).toContainEqual({ method: "group.set", params: { name: "c", paused: true } });
  await press("up", "p");
  expect(source.asked).toContainEqual({ method: "group.set", params: { name: "b", paused: true } });
});

test("raises and lowers priorities of what waits, in one call", async () => {
  const tasks = [makeTask(1, queued(1), { priority: 3 }), makeTask(2, queued(2)), makeTask(3, running(1))];
  const source = new FakeSource(tasks, { "task.edit": () => ({ tasks: [] }) });
  const { press } = await openStore(source);
  await press("A", "+");
  const edits = [
    { id: 1, changes: { priority: 4 } },
    { id: 2, changes: { priority: 1 } },
  ];
  expect(source.asked).toContainEqual({ method: "task.edit", params: { edits, skipUnfit: true } });
});

test("a failure stays on top until it is read or marked", async () => {
  const source = new FakeSource([
    makeTask(1, running(9)),
    makeTask(2, ended("failed", 5)),
    makeTask(3, ended("lost", 9)),
  ]);
  const { store, press } = await openStore(source);
  expect(rowIds(store)).toEqual([2, 3, 1]);
  await press("return", "escape");
  expect(rowIds(store)).toEqual([3, 1, 2]);
  await press("M");
  expect(rowIds(store)).toEqual([1, 2, 3]);
});

test("a task that takes input and does nothing may wait for it", async () => {
  const usage = { cpuMs: 1 } as Result<"host.read">["live"][number]["usage"];
  const live = (cpuPercent: number) => [{ id: 2, cpuPercent, rssBytes: 1, processes: 1, usage }];
  let percent = 0;
  const source = new FakeSource([makeTask(1, running(9)), makeTask(2, running(5), { stdin: true })], {
    "host.read": () => ({ ...QUIET_HOST, live: live(percent) }),
  });
  const { store, clock } = await openStore(source);
  expect(rowIds(store)).toEqual([1, 2]);
  await clock.pass(6000);
  expect(rowIds(store)).toEqual([2, 1]);
  percent = 50;
  await clock.pass(1500);
  expect(rowIds(store)).toEqual([1, 2]);
});

test("read-only refuses every key that acts, and has only verbs that read", async () => {
  const source = new FakeSource([makeTask(1, running(9))]);
  const verb = { summary: "", takesTasks: true, ownsTerminal: false };
  const shell = {
    verbs: [
      { ...verb, name: "kill", reads: false },
      { ...verb, name: "show", reads: true },
    ],
    run: () => Promise.resolve(0),
  };
  const { store } = await openStore(source, { shell, first: { readOnly: true } });
  const before = source.asked.length;
  for (const key of ["K", "y", "c", "p", "h", "r", "+", "-", "D", "e"]) store.press(key);
  expect(store.scene().ui.prompt).toBe(null);
  expect(source.asked.slice(before).filter(({ method }) => /kill|cancel|pause|edit|remove/.test(method))).toEqual([]);
  expect(store.scene().verbs.map(({ name }) => name)).toEqual(["show"]);
});

test("the palette runs a verb on the chosen task: one line is said, more gets a page", async () => {
  const lines: (readonly string[])[] = [];
  const shell = {
    verbs: ["kill", "show"].map((name) => ({ name, summary: "", takesTasks: true, reads: true, ownsTerminal: false })),
    run: (line: readonly string[], to: { write(text: string): void }) => {
      lines.push(line);
      to.write(line[0] === "kill" ? "Killed task 1\n" : "one\u001b[2J\ntwo\n");
      return Promise.resolve(0);
    },
  };
  const { store, press } = await openStore(new FakeSource([makeTask(1, running(9))]), { shell });
  await press(":", "k", "i", "return");
  expect(store.scene()).toMatchObject({ notice: { text: "Killed task 1" }, ui: { page: "list" } });
  await press(":", "s", "tab", "7", "return");
  expect(store.scene()).toMatchObject({ ui: { page: "output" }, output: { title: "show 7", code: 0 } });
  expect(store.scene().output?.lines.map(({ text }) => text.map((piece) => piece.text).join(""))).toEqual([
    "one",
    "two",
  ]);
  expect(lines).toEqual([
    ["kill", "1"],
    ["show", "7"],
  ]);
});

const AGENT = { choices: [{ agent: "claude" }], textsId: "t", promptBytes: 3 };

test("more is said to agents: those that have ended are continued, others are told; commands are left out", async () => {
  const tasks = [
    makeTask(1, ended("succeeded", 1), { agent: AGENT }),
    makeTask(2, ended("succeeded", 2)),
    makeTask(3, running(9), { agent: AGENT }),
  ];
  const source = new FakeSource(tasks, {
    "agent.continue": () => ({ tasks: [] }),
    "task.send": () => ({ bytes: 2, told: "next-run" as const, state: "running" as const, waiting: 1 }),
  });
  const { store, press } = await openStore(source);
  await press("A", "C");
  expect(store.scene().ui.prompt).toEqual({ kind: "say", to: "ended", ids: [1], text: "" });
  await press(..."Mend", "space", "q", "backspace", "i", "return");
  expect(source.asked).toContainEqual({ method: "agent.continue", params: { id: 1, feedback: "Mend i" } });
  expect(store.scene().ui.prompt).toBeNull();
  await press("escape", "/", ..."running", "return", "C", "return", "C", "x", "escape", "C");
  expect(store.scene().ui.prompt).toEqual({ kind: "say", to: "unfinished", ids: [3], text: "" });
  store.paste("two\nlines \u001B[31m");
  await press("return");
  expect(source.asked.filter(({ method }) => method === "task.send")).toMatchObject([{ params: { id: 3 } }]);
  expect(source.asked.at(-1)?.params).toMatchObject({ text: expect.not.stringContaining("\u001B") });
});

test("nothing is said to commands, and on a screen that only reads", async () => {
  const command = await openStore(new FakeSource([makeTask(2, ended("succeeded", 2))]));
  await command.press("C");
  expect(command.store.scene().notice?.text).toBe("Cannot continue task 2: it is no agent's");
  const source = new FakeSource([makeTask(1, ended("succeeded", 1), { agent: AGENT })]);
  const reads = await openStore(source, { first: { readOnly: true } });
  await reads.press("C");
  expect(reads.store.scene()).toMatchObject({
    ui: { prompt: null },
    notice: { text: expect.stringContaining("read-only") },
  });
});
