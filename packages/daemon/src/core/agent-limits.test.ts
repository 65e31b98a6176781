/** Limits of providers: who waits, who tries, and how a task goes on. */
import { expect, test } from "vitest";
import { agentEnd, agentSpec, endAgent, limitEnd } from "./agent-fixtures.ts";
import { one, spec, World } from "./fixtures.ts";
import { restart } from "./random-steps.ts";
import { wakeAt } from "./plan.ts";

const HOUR = 3_600_000;
const byId = (a: number, b: number) => a - b;

/** So many tasks of an agent, of which the first runs. */
function working(count: number, slots = 1): World {
  const world = new World(slots);
  world.submit(...Array.from({ length: count }, () => agentSpec("claude")));
  world.plan();
  return world;
}

test("who meets a limit waits, not as a retry, and goes on in its session when it is over", () => {
  const world = working(1);
  const events = endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR, sessionId: "s", toolCalls: 2 }));
  expect(events).toEqual(["agent.limited", "run.finished", "task.retried"]);
  expect(world.plan()).toEqual([]);
  expect(world.why(1)).toBe(`usage limit of claude, resets +${world.wall + HOUR} (in 1h00m)`);
  expect(wakeAt(world.state, world)).toBe(world.now + HOUR);
  world.at(world.now + HOUR - 1);
  expect(world.task(1)?.status.state).toBe("queued");
  expect(world.at(world.now + 1)).toEqual(["run.admitted"]);
  expect(world.task(1)).toMatchObject({ limitedRuns: 1, goesOn: { session: "s", note: null } });
  expect(endAgent(world, 1, agentEnd({ ok: true }))).toEqual(["agent.freed", "run.finished"]);
  expect(world.task(1)?.status.state).toBe("succeeded");
});

test("who meets a limit and does not go waits too, once it is ended", () => {
  const world = working(1);
  world.started(1);
  const attention = { kind: "lingering", since: world.wall, note: "has not ended" } as const;
  expect(world.do({ type: "report-attention", id: 1, attempt: 1, attention, end: "lingering" })).toEqual([
    "run.stopping",
  ]);
  const events = endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR, sessionId: "s", toolCalls: 1 }));
  expect(events).toEqual(["agent.limited", "run.finished", "task.retried"]);
  expect(world.task(1)).toMatchObject({ status: { state: "queued" }, goesOn: { session: "s" } });
});

test("a session that is gone when the limit is over: a new one is told of it; without one it begins with the prompt", () => {
  const world = working(1);
  endAgent(world, 1, limitEnd({}));
  expect(world.task(1)?.goesOn).toBeUndefined();
  world.at(world.now + HOUR);
  endAgent(world, 1, limitEnd({ sessionId: "s" }));
  expect(world.task(1)?.goesOn).toBeUndefined();
  world.at(world.now + HOUR);
  endAgent(world, 1, limitEnd({ sessionId: "s", toolCalls: 1 }));
  expect(world.task(1)?.goesOn).toEqual({ session: "s", note: null });
  world.at(world.now + HOUR);
  endAgent(world, 1, agentEnd({ error: { class: "session-not-found", message: "gone" }, ok: false }));
  expect(world.task(1)).toMatchObject({ status: { state: "queued" }, goesOn: { session: null } });
});

test("others of the provider wait too, those of others and commands go on", () => {
  const world = working(3, 1);
  world.submit(agentSpec("codex"), spec());
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR }));
  expect(world.plan()).toEqual([4]);
  endAgent(world, 4, agentEnd({ ok: true }));
  expect(world.plan()).toEqual([5]);
  for (const id of [1, 2, 3]) expect(world.why(id)).toMatch(/^usage limit of claude, resets/);
});

test("one tries first; the rest follows when it gets answers", () => {
  const world = working(4, 4);
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR }));
  for (const id of [2, 3, 4]) endAgent(world, id, limitEnd({ resetsAt: world.wall + HOUR }));
  expect(world.events.filter(({ type }) => type === "agent.limited")).toHaveLength(1);
  world.now += HOUR;
  expect(world.plan()).toEqual([1]);
  expect(world.task(1)?.status).toMatchObject({ run: { probe: true } });
  expect(world.why(2)).toBe("usage limit of claude, task 1 tries whether it is over");
  const answers = () => world.do({ type: "report-answers", id: 1, attempt: 2 });
  expect(answers()).toEqual(["agent.freed"]);
  expect(answers()).toEqual([]);
  expect(world.plan().toSorted(byId)).toEqual([2, 3, 4]);
});

test("one that met it again is the only one: the wait is doubled, up to an hour", () => {
  const world = working(3, 3);
  for (const id of [1, 2, 3]) endAgent(world, id, limitEnd({}));
  const waits: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const at = wakeAt(world.state, world) ?? 0;
    waits.push((at - world.now) / 60_000);
    expect(world.at(at)).toEqual(["run.admitted"]);
    const [probe = 0] = world.state.inFlight;
    endAgent(world, probe, limitEnd({}));
    expect(world.plan()).toEqual([]);
  }
  expect(waits).toEqual([5, 10, 20, 40, 60, 60]);
});

test("a time that was told and does not hold is asked about less and less often", () => {
  const world = working(1);
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + 1000 }));
  world.at(world.now + 1000);
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + 1000 }));
  expect(wakeAt(world.state, world)).toBe(world.now + 300_000);
  expect(world.why(1)).toContain("resets");
});

test.for([
  ["is over already", -5],
  ["is months away", 100 * 24 * HOUR],
])("a time that %s tells nothing", ([, fromNow]) => {
  const world = working(1);
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + Number(fromNow), class: "rate-limit" }));
  expect(world.why(1)).toBe(`rate limit of claude, tried again +${world.wall + 30_000} (in 30.0s)`);
});

test("a clock that is set back holds nothing up", () => {
  const world = working(1);
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR }));
  world.setWall(-24 * HOUR);
  expect(wakeAt(world.state, world)).toBe(world.now + HOUR);
  expect(world.at(world.now + HOUR)).toEqual(["run.admitted"]);
});

test("a restart forgets no limit, and no run that tries", () => {
  const world = working(3, 3);
  for (const id of [1, 2, 3]) endAgent(world, id, limitEnd({ resetsAt: world.wall + HOUR }));
  restart(world);
  expect(world.plan()).toEqual([]);
  world.now += HOUR;
  expect(world.plan()).toEqual([1]);
  restart(world);
  expect(world.plan()).toEqual([]);
  expect(world.do({ type: "report-answers", id: 1, attempt: 2 })).toEqual(["agent.freed"]);
  expect(world.plan().toSorted(byId)).toEqual([2, 3]);
});

test("a fallback comes first, without a run for a provider that is known to be at its limit", () => {
  const world = new World(2);
  world.submit(agentSpec("claude", "codex"), agentSpec("claude", "codex"));
  world.plan();
  expect(endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR }))).toEqual([
    "agent.limited",
    "run.finished",
    "task.retried",
  ]);
  world.submit(agentSpec("claude", "codex"));
  endAgent(world, 2, agentEnd({ ok: true }));
  expect(world.plan().toSorted(byId)).toEqual([1, 3]);
  expect([world.task(1)?.agentAt, world.task(3)?.agentAt]).toEqual([1, 1]);
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + 2 * HOUR, sessionId: "c", toolCalls: 1 }));
  expect(world.plan()).toEqual([]);
  expect(world.why(1)).toContain("usage limit of codex");
  expect(world.task(1)).toMatchObject({ agentAt: 1, goesOn: { session: "c" } });
});

test("a limit is no retry of the task's own rule", () => {
  const world = new World(1);
  world.submit({ ...agentSpec("claude"), retry: { limit: 1, delayMs: 0, backoff: "constant", jitter: false } });
  world.plan();
  endAgent(world, 1, limitEnd({}));
  world.at(world.now + HOUR);
  expect(endAgent(world, 1, agentEnd({ ok: false }))).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(endAgent(world, 1, agentEnd({ ok: false }))).toEqual(["run.finished"]);
});

test("who starts one by force goes past the limit, and all follow if it works", () => {
  const world = working(2);
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR }));
  world.plan();
  expect(world.do({ type: "start", targets: one(2) })).toEqual(["run.admitted"]);
  expect(endAgent(world, 2, agentEnd({ ok: true }))).toEqual(["agent.freed", "run.finished"]);
  expect(world.plan()).toEqual([1]);
});

test("who forgets a limit lets all start; one that there is not cannot be forgotten", () => {
  const world = working(2, 2);
  for (const id of [1, 2]) endAgent(world, id, limitEnd({ resetsAt: world.wall + HOUR }));
  expect(world.do({ type: "forget-limit", agent: "claude" })).toEqual(["agent.freed"]);
  expect(world.plan()).toEqual([1, 2]);
  expect(() => world.do({ type: "forget-limit", agent: "claude" })).toThrow(
    "Cannot forget the limit of claude: it has met none",
  );
});

test("who is ended by a person at its limit is ended, and who tried and was ended lets the next one try", () => {
  const world = working(2, 2);
  for (const id of [1, 2]) endAgent(world, id, limitEnd({}));
  world.at(world.now + HOUR);
  world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", note: null });
  expect(endAgent(world, 1, agentEnd({}))).toEqual(["run.finished"]);
  expect(world.plan()).toEqual([2]);
  expect(world.task(2)?.status).toMatchObject({ run: { probe: true } });
});

test("so many that wait cost nothing while others come and go, and who has begun comes first", () => {
  const world = working(1);
  world.now += 1;
  world.submit(...Array.from({ length: 4999 }, () => agentSpec("claude")));
  endAgent(world, 1, limitEnd({ resetsAt: world.wall + HOUR }));
  world.plan();
  const { live } = world.state;
  const get = live.get.bind(live);
  let looks = 0;
  live.get = (id) => ((looks += 1), get(id));
  for (let id = 5001; id <= 5010; id += 1) {
    world.submit(spec());
    expect(world.plan()).toEqual([id]);
    world.end(id);
  }
  world.submit(agentSpec("claude"));
  world.plan();
  expect(looks).toBeLessThan(1000);
  world.now += HOUR;
  expect(world.plan()).toEqual([1]);
  endAgent(world, 1, agentEnd({ ok: true }));
  for (let id = 2; id <= 100; id += 1) {
    expect(world.plan()).toEqual([id]);
    endAgent(world, id, agentEnd({ ok: true }));
  }
  expect(looks).toBeLessThan(10_000);
});
