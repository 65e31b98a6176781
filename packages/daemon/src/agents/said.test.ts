/** Which run is told what of the things said to a task. */
import { expect, test } from "vitest";
import { NO_USAGE, type Feedback, type GoesOn, type Run, type Task, type TaskState } from "@claudine/protocol";
import { agentSpec, limitEnd } from "../core/agent-fixtures.ts";
import { lineBytes } from "./first-message.ts";
import { resumed } from "./handover.ts";
import { askOf, beginning, partsOf } from "./said.ts";

const SESSION: GoesOn = { session: "s", note: null };
const said = (...attempts: (number | null)[]): Feedback[] =>
  attempts.map((attempt, index) => ({ attempt, at: 1, textsId: `f${index}`, bytes: 1 }));

function run(attempt: number, state: TaskState, change: Partial<Run> = {}): Run {
  const outcome = { kind: "exited", exitCode: state === "succeeded" ? 0 : 1 } as const;
  return { attempt, startedAt: 1, finishedAt: 2, state, outcome, usage: NO_USAGE, ...change };
}

function task(change: Partial<Task>): Task {
  const status = { state: "queued", since: 1, order: 1 } as const;
  return { ...agentSpec("claude"), id: 1, createdAt: 1, attempt: 1, status, ...change };
}

const ports = (...runs: Run[]) => ({ texts: (id: string) => ({ id, prompt: id }), runs: () => runs });

test("after a success only what is new is said", () => {
  const one = task({ feedback: said(2, 2), goesOn: SESSION, retriedAt: 1 });
  expect(askOf(ports(run(1, "succeeded")), one)).toEqual({ text: "f0\n\nf1" });
});

test("a run that broke off is to be finished, and then what was said since", () => {
  const one = task({ feedback: said(2), goesOn: SESSION });
  expect(askOf(ports(run(1, "failed")), one)).toEqual({ interrupted: "t", since: "f0" });
  const later = task({ feedback: said(2, 3, 3), goesOn: SESSION, retriedAt: 1 });
  expect(askOf(ports(run(1, "succeeded"), run(2, "failed")), later)).toEqual({ interrupted: "f0", since: "f1\n\nf2" });
});

test("who continues a run that failed says what is to be done", () => {
  const one = task({ feedback: said(2, 2), goesOn: SESSION, retriedAt: 1 });
  expect(askOf(ports(run(1, "failed")), one)).toEqual({ text: "f0\n\nf1" });
});

test("a run that never began has heard nothing", () => {
  const one = task({ feedback: said(2, 3), goesOn: SESSION, retriedAt: 1 });
  const never = run(2, "failed", { startedAt: null, goesOn: SESSION });
  expect(askOf(ports(run(1, "succeeded"), never), one)).toEqual({ text: "f0\n\nf1" });
  expect(partsOf(one, [run(1, "succeeded"), never])).toMatchObject({ fresh: one.feedback, last: [], before: [] });
});

test("what was said after a run was admitted is not its to hear, however late it starts: the next one is told it", () => {
  const begins = task({ feedback: said(1, null) });
  expect(beginning(ports(), begins, "p")).toBe("p\n\nf0");
  const goesOn = task({ feedback: said(2, null), goesOn: SESSION, retriedAt: 1 });
  expect(askOf(ports(run(1, "succeeded")), goesOn)).toEqual({ text: "f0" });
});

test("nor has one that met a limit before its first word", () => {
  const limited = run(2, "failed", { agent: limitEnd({}) });
  const one = task({ feedback: said(2, 3), goesOn: SESSION, retriedAt: 1 });
  expect(askOf(ports(run(1, "succeeded"), limited), one)).toEqual({ text: "f0\n\nf1" });
  const first = run(1, "failed", { agent: limitEnd({}) });
  expect(beginning(ports(first), task({ feedback: said(1, 2) }), "p")).toBe("p\n\nf0\n\nf1");
});

test("what was told to a run that broke off is told again as what it was about", () => {
  const one = task({ feedback: said(2, 2), goesOn: SESSION, retriedAt: 1 });
  expect(askOf(ports(run(1, "succeeded"), run(2, "lost", { goesOn: SESSION })), one)).toEqual({
    interrupted: "f0\n\nf1",
  });
});

test("a run that begins with the prompt is told what is new, and what those before that began so were told", () => {
  expect(beginning(ports(), task({ feedback: said(1, 1) }), "p")).toBe("p\n\nf0\n\nf1");
  expect(beginning(ports(run(1, "failed")), task({ feedback: said(1, 2) }), "p")).toBe("p\n\nf0\n\nf1");
  const continued = run(2, "succeeded", { goesOn: SESSION });
  const one = task({ feedback: said(2, 3), retriedAt: 2 });
  expect(beginning(ports(run(1, "succeeded"), continued), one, "p")).toBe("p\n\nf1");
  expect(beginning(ports(run(1, "succeeded")), task({}), "p")).toBe("p");
  // Its tool was not installed, and somebody has tried it again.
  const never = run(2, "failed", { startedAt: null, goesOn: SESSION });
  expect(beginning(ports(run(1, "succeeded"), never), task({ feedback: said(2), retriedAt: 2 }), "p")).toBe("p\n\nf0");
});

const session = (change: Partial<Task>): Task => {
  const { agent, ...rest } = task(change);
  return { ...rest, agent: { ...(agent ?? expect.fail("no agent")), takesMessages: true } };
};
const long = (id: string) => ({ id, prompt: id === "t" ? "prompt" : `${id} ${"x".repeat(20_000)}` });
const longPorts = (...runs: Run[]) => ({ ...ports(...runs), texts: long });
const IN_LINE = 65_536 - 1024;

test("a session that takes messages is told the newest that its first one has room for, and how many are left out", () => {
  const failed = [1, 2, 3, 4].map((attempt) => run(attempt, "failed"));
  const one = session({ feedback: said(1, 2, 3, 4, 5) });
  const told = beginning(longPorts(...failed), one, "prompt");
  expect(lineBytes(told)).toBeLessThan(IN_LINE);
  expect(told).toMatch(
    /^prompt\n\n\[2 texts that were said before this are left out here, .* \(40006 bytes\)\. `claudine logs 1 --feedback` shows all of them\.\]\n\nf2 x+\n\nf3 x+\n\nf4 x+$/,
  );
  const without = beginning(longPorts(...failed), task({ feedback: said(1, 2, 3, 4, 5) }), "prompt");
  expect(without).toMatch(/^prompt\n\nf0 x+\n\nf1 /);
});

test("likewise one that goes on, whatever of it was asked last and said since", () => {
  const never = [2, 3, 4].map((attempt) => run(attempt, "failed", { startedAt: null, goesOn: SESSION }));
  const asked = session({ feedback: said(2, 3, 4, 5), goesOn: SESSION, retriedAt: 4 });
  const ask = askOf(longPorts(run(1, "succeeded"), ...never), asked);
  expect(ask).toEqual({ text: expect.stringMatching(/^\[3 texts .*\]\n\nf3 x+$/) });
  const both = session({ feedback: said(1, 1, 2, 2), goesOn: SESSION });
  const since = askOf(longPorts(run(1, "failed")), both) ?? expect.fail("nothing");
  expect(since).toEqual({
    interrupted: expect.stringMatching(/^\[A text .*\]\n\nf1/),
    since: expect.stringMatching(/\n\nf3/),
  });
  expect(lineBytes(resumed(since))).toBeLessThan(IN_LINE);
});
