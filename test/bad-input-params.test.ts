/** Wrong parameters of every method: each gets one clear error that names the parameter, and nothing happens. */
import { METHODS, type MethodName } from "@claudine/protocol/methods";
import { beforeAll, describe, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { type Answer, RawClient, refusal, submission } from "./support/raw-client.ts";

let rig: Rig;
let client: RawClient;
beforeAll(async () => {
  rig = await createRig();
  client = await RawClient.open(rig.home.socket);
  return async () => {
    client.destroy();
    await rig[Symbol.asyncDispose]();
  };
});

/** As little as each method takes; it need not make sense. */
const LEAST: Record<MethodName, Record<string, unknown>> = {
  "task.submit": submission([{ command: ["true"], held: true }]),
  "agent.submit": {
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    umask: 0o22,
    tasks: [{ agent: { prompt: "Do nothing" }, held: true }],
  },
  "agent.result": { id: 1 },
  "agent.free": { agent: "claude" },
  "agent.continue": { id: 1, feedback: "x" },
  "agent.feedback": { id: 1 },
  "agent.texts": { id: 1 },
  "agent.list": { env: { PATH: "/usr/bin:/bin" }, cwd: "/" },
  "task.list": {},
  "task.get": { id: 1 },
  "task.kill": { selector: ["last"] },
  "task.cancel": { selector: ["last"] },
  "task.pause": { selector: ["last"] },
  "task.resume": { selector: ["last"] },
  "task.hold": { selector: ["last"] },
  "task.release": { selector: ["lost"] },
  "task.change": { selector: ["lost"], changes: { priority: 1 } },
  "task.edit": { edits: [{ id: 1, changes: { label: "x" } }] },
  "task.move": { selector: ["lost"], to: "front" },
  "task.switch": { id: 1, with: 2 },
  "task.start": { selector: ["lost"] },
  "task.explain": { id: 1 },
  "task.graph": {},
  "task.retry": { selector: ["lost"] },
  "task.remove": { selector: ["lost"] },
  "task.clean": { dryRun: true },
  "task.send": { id: 1, text: "x" },
  "task.wait": { selector: ["lost"] },
  "task.search": { text: "x" },
  "log.read": { id: 1 },
  "artifact.list": { id: 1 },
  "artifact.read": { id: 1, name: "x" },
  "group.list": {},
  "budget.list": {},
  "group.set": { slots: 2 },
  "group.limit": { slots: null },
  "group.remove": { name: "none" },
  "schedule.add": {
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    umask: 0o22,
    schedule: { name: "yearly", when: { kind: "cron", expression: "@yearly" }, task: { command: ["true"] } },
  },
  "schedule.edit": { name: "none", changes: { overlap: "all" } },
  "schedule.declare": { env: {}, cwd: "/", umask: 0o22, origin: "/schedules.yaml", schedules: [] },
  "schedule.list": {},
  "schedule.get": { name: "none" },
  "schedule.texts": { name: "none" },
  "schedule.history": { name: "none" },
  "schedule.next": { name: "none" },
  "schedule.pause": { names: ["none"] },
  "schedule.resume": { names: ["none"] },
  "schedule.remove": { names: ["none"] },
  "schedule.run": { name: "none" },
  "event.list": {},
  "event.subscribe": {},
  "event.unsubscribe": { subscription: 1 },
  "host.read": {},
  "host.history": {},
  "run.list": {},
  "run.course": { id: 1 },
  "run.waited": { id: 1 },
  "stats.read": {},
  "metrics.read": {},
  "daemon.status": {},
  "daemon.stop": {},
  "store.backup": { path: "relative" },
  "doctor.run": {},
  "worktree.note": { id: 1, step: "merged" },
  "config.get": {},
};
const { env, cwd, umask } = LEAST["schedule.add"];
const scheduled = (task: unknown) => ({
  env,
  cwd,
  umask,
  schedule: { name: "none", when: { kind: "cron", expression: "@yearly" }, task },
});
const delegation = (budget: unknown) => ({ env, cwd, umask, tasks: [{ agent: { prompt: "x" }, budget, held: true }] });
const METHOD_NAMES = Object.keys(LEAST) as MethodName[];

/** Sent as text, as some of it is nothing that JSON.stringify would write. */
const JUNK = [
  "null",
  "true",
  "0",
  "-1",
  "1.5",
  "1e308",
  "1e400",
  "9007199254740993",
  "4294967296",
  '""',
  '"NaN"',
  '"-0"',
  '"\\ud800"',
  '"a\\u0000b"',
  `"${"x".repeat(5000)}"`,
  "[]",
  "[[]]",
  "[null]",
  '["",""]',
  '["0-1"]',
  "[1e999]",
  "{}",
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{}}}',
  '{"length":1e9}',
];

async function ask(method: MethodName, params: string): Promise<Answer | undefined> {
  const answer = await client.line(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`);
  return Array.isArray(answer) ? undefined : answer;
}

const schemaOf = (method: MethodName) => METHODS[method].params;

test.for(METHOD_NAMES)("%s takes an object and nothing else", async (method) => {
  for (const params of ['"x"', "1", "[]", "[1,2]", "true", `[${JSON.stringify(LEAST[method])}]`]) {
    expect(await ask(method, params)).toMatchObject(refusal("invalid_params"));
  }
});

test.for(METHOD_NAMES)("%s refuses what it does not know", async (method) => {
  const rest = JSON.stringify(LEAST[method]).slice(1);
  for (const key of ["__proto__", "constructor", "nope", "", "toString", "x".repeat(100_000)]) {
    const answer = await ask(method, `{"${key}":{}${rest === "}" ? "" : ","}${rest}`);
    expect(answer).toMatchObject(refusal("invalid_params"));
    expect(answer?.error?.message).toContain(`unknown key "${key.slice(0, 80)}"`);
    expect(answer?.error?.message.length).toBeLessThan(1000);
  }
});

test.for(METHOD_NAMES.filter((method) => !schemaOf(method).safeParse({}).success))(
  "%s needs what it needs",
  async (method) => {
    expect(await ask(method, "{}")).toMatchObject(refusal("invalid_params"));
  },
);

const PARAMETERS = METHOD_NAMES.flatMap((method) =>
  Object.keys(schemaOf(method).shape).map((key) => ({ method, key })),
);

test.for(PARAMETERS)("$method refuses each wrong $key, and names it", async ({ method, key }) => {
  const others = JSON.stringify(Object.fromEntries(Object.entries(LEAST[method]).filter(([name]) => name !== key)));
  const lines = JUNK.map((junk) => `{"${key}":${junk}${others === "{}" ? "" : ","}${others.slice(1)}`);
  for (const params of lines.filter((line) => !schemaOf(method).safeParse(JSON.parse(line)).success)) {
    const answer = await ask(method, params);
    const name = key === "tasks" ? "tasks?" : key;
    const message = expect.stringMatching(new RegExp(`^Cannot [a-z ]+: .*\\b${name}\\b`));
    expect({ params, answer }).toMatchObject({
      params,
      answer: { error: { message, data: { code: "invalid_params" } } },
    });
    expect(answer?.error?.message.length).toBeLessThan(1000);
  }
});

test("none of it has changed anything", async () => {
  expect(await client.ask("task.list", {})).toMatchObject({ result: { tasks: [] } });
  expect(await client.ask("group.list", {})).toMatchObject({
    result: { groups: [{ name: "default", slots: expect.any(Number) }] },
  });
  expect({}).not.toHaveProperty("admin");
});

describe("values that are of the right type and make no sense", () => {
  beforeAll(async () => {
    await client.ask("task.submit", submission([{ command: ["echo", "hi"] }]));
    await client.ask("task.wait", { selector: ["1"] });
  });

  test.each([
    ["task.get", { id: 99 }, "not_found"],
    ["task.submit", submission([{ command: ["true"], notBefore: 253_402_300_800_000 }]), "invalid_params"],
    ["task.submit", submission([{ command: ["true"], notBefore: -1e300 }]), "invalid_params"],
    ["task.submit", submission([{ command: ["true"], budget: { usd: 1 } }]), "invalid_params"],
    ["task.edit", { edits: [{ id: 1, changes: { notBefore: 1e300 } }] }, "invalid_params"],
    ["task.get", { id: 2 ** 32 + 1 }, "invalid_params"],
    ["task.remove", { selector: [String(2 ** 32 + 1)] }, "not_found"],
    ["task.retry", { selector: ["9999999999999"] }, "not_found"],
    ["task.wait", { selector: ["99"] }, "not_found"],
    ["task.list", { selector: ["0"] }, "invalid_params"],
    ["task.list", { selector: ["-1"] }, "invalid_params"],
    ["task.list", { selector: ["3-1"] }, "invalid_params"],
    ["task.list", { selector: ["1-3:0"] }, "invalid_params"],
    ["task.list", { selector: ["9".repeat(30)] }, "invalid_params"],
    ["task.list", { selector: ["x".repeat(4097)] }, "invalid_params"],
    ["task.list", { selector: Array.from({ length: 10_001 }, () => "1") }, "invalid_params"],
    ["task.list", { selector: Array.from({ length: 101 }, (_, index) => `1-${index + 1000}:3`) }, "limit"],
    ["task.list", { before: 2 ** 32 }, "invalid_params"],
    ["task.list", { limit: 1001 }, "invalid_params"],
    ["task.list", { states: ["queued", "nope"] }, "invalid_params"],
    ["task.kill", { selector: ["1"], signal: "-9" }, "invalid_params"],
    ["task.kill", { selector: ["1"], signal: "0" }, "invalid_params"],
    ["task.kill", { selector: ["1"], signal: "99999999999" }, "invalid_params"],
    ["task.kill", { selector: ["1"], signal: "SIG" }, "invalid_params"],
    ["task.kill", { selector: ["1"], signal: "CONSTRUCTOR" }, "invalid_params"],
    ["task.kill", { selector: ["1"], signal: "x".repeat(100_000) }, "invalid_params"],
    ["task.kill", { selector: ["1"], graceMs: 1e15 }, "invalid_params"],
    ["task.kill", { selector: ["1"] }, "wrong_state"],
    ["task.send", { id: 1, text: "x" }, "wrong_state"],
    ["log.read", { id: 99 }, "not_found"],
    ["log.read", { id: 1, attempt: 2 }, "not_found"],
    ["log.read", { id: 1, attempt: 2 ** 40 }, "not_found"],
    ["log.read", { id: 1, maxBytes: 0 }, "invalid_params"],
    ["log.read", { id: 1, maxBytes: 4_194_305 }, "invalid_params"],
    ["log.read", { id: 1, waitMs: 60_001 }, "invalid_params"],
    ["event.subscribe", { since: 1e15 }, "not_found"],
    ["event.unsubscribe", { subscription: 7 }, "not_found"],
    ["group.set", { name: "../x", slots: 1 }, "invalid_params"],
    ["group.set", { name: "x".repeat(65), slots: 1 }, "invalid_params"],
    ["group.set", { name: "x", slots: 1e9 }, "invalid_params"],
    ["group.set", { name: "x", budget: { usd: 0 } }, "invalid_params"],
    ["group.set", { name: "x", budget: { usd: -1 } }, "invalid_params"],
    ["group.set", { name: "x", budget: { usd: 1e9 } }, "invalid_params"],
    ["group.set", { name: "x", budget: { usd: "20" } }, "invalid_params"],
    ["group.set", { name: "x", budget: { tokens: 0.5 } }, "invalid_params"],
    ["group.set", { name: "x", budget: { tokens: 2e12 } }, "invalid_params"],
    ["group.set", { name: "x", budget: { usd: 1, per: "week" } }, "invalid_params"],
    ["group.set", { name: "x", budget: { euros: 1 } }, "invalid_params"],
    ["agent.submit", delegation({ usd: 0 }), "invalid_params"],
    ["agent.submit", delegation({ tokens: 1.5 }), "invalid_params"],
    ["agent.submit", delegation({ per: "day" }), "invalid_params"],
    ["agent.submit", delegation(null), "invalid_params"],
    ["schedule.add", scheduled({ agent: { prompt: "x" }, budget: { usd: 0 } }), "invalid_params"],
    ["schedule.add", scheduled({ agent: { prompt: "x" }, budget: { usd: -1 } }), "invalid_params"],
    ["schedule.add", scheduled({ agent: { prompt: "x" }, budget: { usd: 1e9 } }), "invalid_params"],
    ["schedule.add", scheduled({ agent: { prompt: "x" }, budget: { tokens: 0.5 } }), "invalid_params"],
    ["schedule.add", scheduled({ agent: { prompt: "x" }, budget: { tokens: "5M" } }), "invalid_params"],
    ["schedule.add", scheduled({ agent: { prompt: "x" }, budget: { euros: 1 } }), "invalid_params"],
    ["schedule.add", scheduled({ agent: { prompt: "x" }, budget: null }), "invalid_params"],
    ["schedule.add", scheduled({ command: ["true"], budget: { usd: 1 } }), "invalid_params"],
    ["schedule.edit", { name: "none", changes: { task: { budget: { tokens: 2e12 } } } }, "invalid_params"],
    ["schedule.edit", { name: "none", changes: { task: { budget: { usd: 1 } } } }, "not_found"],
    ["host.read", { explain: Array.from({ length: 1001 }, () => 1) }, "invalid_params"],
    ["store.backup", { path: "relative" }, "invalid_params"],
  ] as const)("%s %j is refused with %s", async (method, params, code) => {
    const answer = await client.ask(method, params);
    expect(answer).toMatchObject(refusal(code));
    expect(answer?.error?.message.length).toBeLessThan(1000);
  });

  test.each([
    ["task.list", { selector: ["1-4294967295"] }, { tasks: [{ id: 1 }] }],
    ["task.list", { selector: ["last:99999999999999999999"] }, { tasks: [{ id: 1 }] }],
    [
      "task.list",
      { selector: Array.from({ length: 10_000 }, () => "1-4294967295,all,last:5") },
      { tasks: [{ id: 1 }] },
    ],
    ["task.list", { selector: ["label:"] }, { tasks: [] }],
    ["task.list", { selector: ["1-9007199254740991:9007199254740991"] }, { tasks: [{ id: 1 }] }],
    ["task.list", { states: Array.from({ length: 100 }, () => "succeeded") }, { tasks: [{ id: 1 }] }],
    ["log.read", { id: 1, offset: Number.MAX_SAFE_INTEGER }, { data: "", eof: true }],
    ["log.read", { id: 1, offset: Number.MAX_SAFE_INTEGER, waitMs: 60_000 }, { data: "", eof: true }],
    ["log.read", { id: 1, tailLines: 10_000_000 }, { data: "hi\n" }],
    ["event.list", { since: Number.MAX_SAFE_INTEGER }, { events: [] }],
  ] as const)("%s %j is answered", async (method, params, result) => {
    const answer = await client.ask(method, params);
    expect(answer?.result).toMatchObject(result);
    if (method === "task.list")
      expect(answer?.result).toHaveProperty("tasks.length", "id" in (result.tasks[0] ?? {}) ? 1 : 0);
  });
});
