/**
 * Makes `test/data/state-vN`: a state folder as the real daemon leaves it, with tasks in every state it can bring about.
 * Once per schema version, and again under a further name (`node scripts/make-golden.ts NAME`) when more can be in it;
 * what is there is never made anew, because it must keep loading as it is.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, connect } from "@claudine/client";
import type { DelegateTask, NewSchedule } from "@claudine/protocol/methods";
import { SCHEMA } from "../packages/daemon/src/store/schema.ts"; // oxlint-disable-line no-restricted-imports -- made by what it is for

const ROOT = join(import.meta.dirname, "..");
const TARGET = join(ROOT, `test/data/state-v${[SCHEMA, ...process.argv.slice(2)].join("-")}`);
const CALL = { cwd: "/", umask: 0o22, env: { PATH: "/usr/bin:/bin", HOME: "/home/tester", LANG: "C.UTF-8" } };

/** Something that takes a while to be so. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(20);
  }
  throw new Error("Waited in vain");
}

async function fill(client: Client, bin: string): Promise<void> {
  const submit = async (command: string | string[], more: object = {}, env: Record<string, string> = {}) => {
    const call = { ...CALL, env: { ...CALL.env, ...env }, tasks: [{ command, ...more }] };
    return (await client.call("task.submit", call)).ids[0] ?? 0;
  };
  const one = (id: number) => ({ selector: [String(id)] });
  const ended = (id: number) => client.call("task.wait", one(id));
  const running = (id: number) => client.call("task.wait", { ...one(id), for: "running" });

  await client.call("group.set", { slots: 3 });
  await client.call("group.set", { name: "wide", slots: 7 });
  await ended(await submit("echo hello; echo problems >&2", { label: "succeeded" }));
  await ended(await submit("exit 3", { label: "failed" }));
  await ended(await submit("kill -TERM $$", { label: "signalled" }));
  await ended(await submit(["/does/not/exist"], { label: "not started" }));
  await client.call("task.cancel", one(await submit("true", { label: "cancelled", held: true })));
  const killed = await submit("exec sleep 1000", { label: "killed" });
  await running(killed);
  await client.call("task.kill", one(killed));
  const retried = await submit("exit $CLAUDINE_RUN", { label: "retried" });
  await ended(retried);
  await client.call("task.retry", one(retried));
  await ended(retried);
  const removed = await submit("true", { label: "removed" });
  await ended(removed);
  await client.call("task.remove", one(removed));
  await lose(client, await submit("exec sleep 1000", { label: "lost" }));
  await submit("true", { label: "held", held: true });
  await submit("echo $API_TOKEN", { label: "sealed", held: true }, { API_TOKEN: "a secret of the golden state" });
  const words = { group: "wide", priority: 5, stdin: true, arrayIndex: 4, held: true, lostRetries: 2 };
  await submit(["printf", "%s", "words with spaces"], { label: "with everything", ...words });
  await running(await submit("exec sleep 1000", { label: "running" }));
  const paused = await submit("exec sleep 1000", { label: "paused" });
  await running(paused);
  await client.call("task.pause", one(paused));
  await running(await submit("exec sleep 1000", { label: "running too" }));
  await submit("echo queued", { label: "queued" });
  await submit("true", { label: "queued sealed" }, { API_TOKEN: "a secret of the golden state" });
  await fillRules(client, submit);
  await fillSchedules(client);
  await fillWorktrees(client, submit);
  await fillAgents(client, bin);
}

/** One that has a worktree, of a repository that will be gone. */
async function fillWorktrees(client: Client, submit: SubmitOne): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), "golden-repo-"));
  try {
    const git = (...words: string[]) => execFileSync("git", ["-C", cwd, ...words]);
    git("init", "--quiet", "--initial-branch=main");
    const identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"];
    git(...identity, "commit", "--quiet", "--allow-empty", "--message=first");
    const worktree = { setup: "echo prepared >&2", copy: [".env*"], commitOnFinish: true };
    const id = await submit("pwd", {
      label: "in a worktree",
      group: "worktrees",
      cwd,
      worktree,
      checkpoint: { everyMs: 60_000 },
    });
    await client.call("task.wait", { selector: [String(id)] });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** One that has answered, and one that waits with all that can be asked of it. */
async function fillAgents(client: Client, bin: string): Promise<void> {
  const env = { ...CALL.env, PATH: `${bin}:${CALL.env.PATH}` };
  const delegate = async (task: DelegateTask) =>
    (await client.call("agent.submit", { ...CALL, env, tasks: [{ group: "agents", ...task }] })).ids[0] ?? 0;
  const done = await delegate({ label: "agent done", agent: { prompt: "tool Bash ls\nsay 42" } });
  await client.call("task.wait", { selector: [String(done)] });
  await delegate({
    label: "agent held",
    held: true,
    agent: {
      prompt: "say what is asked",
      agent: "claude",
      model: "opus",
      fallback: [{ agent: "claude", model: "haiku" }],
      systemPrompt: "Be brief",
      jsonSchema: "{}",
      permissionMode: "plan",
      budgetUsd: 2.5,
      maxTurns: 7,
      extraArgs: ["--verbose"],
    },
  });
}

/** One that has ended well, one that is paused, and one that has everything. */
async function fillSchedules(client: Client): Promise<void> {
  const add = (name: string, schedule: Omit<NewSchedule, "name">) =>
    client.call("schedule.add", { ...CALL, schedule: { name, zone: "Europe/Berlin", ...schedule } });
  const task = { command: ["/bin/true"], group: "schedules", label: "scheduled" };
  await add("once", { when: { kind: "at", at: Date.now() + 1000 }, task });
  await until(async () => {
    const { firings } = await client.call("schedule.history", { name: "once" });
    return firings.find(({ state }) => state === "succeeded");
  });
  await add("paused", { when: { kind: "every", everyMs: 900_000 }, task });
  await client.call("schedule.pause", { names: ["paused"] });
  await add("everything", {
    when: { kind: "cron", expression: "30 2 L * MON#2" },
    jitterMs: 30_000,
    until: Date.UTC(2096, 0, 1),
    maxRuns: 1000,
    missed: "skip",
    catchupWindowMs: 3_600_000,
    overlap: "queue",
    afterSchedules: ["once"],
    task: { ...task, held: true, lostRetries: 2, env: { API_TOKEN: "a secret of the golden state" } },
  });
}

type SubmitOne = (command: string | string[], more?: object) => Promise<number>;

/** What the scheduler has to remember. */
async function fillRules(client: Client, submit: SubmitOne): Promise<void> {
  const one = (id: number) => ({ selector: [String(id)] });
  const needs = { locks: ["repo"], claims: { gpu: 2 }, slots: 2 };
  await client.call("group.limit", { slots: 50 });
  const holder = await submit("exec sleep 1000", { label: "lock holder", group: "wide", needs });
  await client.call("task.wait", { ...one(holder), for: "running" });
  await submit("echo $CLAUDINE_GPU", { label: "lock waiter", group: "wide", needs });
  const after = (on: string) => ({ group: "wide", after: [{ id: holder, on }] });
  await submit("true", { label: "dependent", ...after("success") });
  await submit("true", { label: "dependent on any end", ...after("any") });
  const limits = { timeoutMs: 3_000_000, warnSignal: { signal: "SIGURG", beforeMs: 2_999_900 }, idleTimeoutMs: 9e6 };
  const warned = await submit("exec sleep 1000", { label: "warned", group: "wide", limits });
  await until(async () => {
    const { events } = await client.call("event.list", {});
    return events.find((event) => event.type === "run.signalled" && event.id === warned);
  });
  const retry = { limit: 5, delayMs: 2e11, backoff: "exponential", maxDelayMs: 3e11, onExit: [{ from: 3, to: 3 }] };
  const retrying = await submit("exit 3", { label: "retrying", group: "wide", retry });
  await until(async () => ((await client.call("task.get", { id: retrying })).task.attempt === 1 ? true : undefined));
  await client.call(
    "task.wait",
    one(await submit("true", { label: "keyed", group: "wide", key: "nightly", onFinish: "true" })),
  );
  await client.call("group.set", { name: "stopped", paused: true });
  await submit("true", { label: "in a paused group", group: "stopped" });
  const tasks = ["a", "b", "c"].map((label) => ({ command: "exit 1", label: `batch ${label}`, group: "wide" }));
  const held = tasks.map((task, index) => ({ ...task, held: index > 0 }));
  const { ids } = await client.call("task.submit", { ...CALL, tasks: held, maxFails: 1 });
  await client.call("task.wait", one(ids[0] ?? 0));
}

/** A claude that does what its prompt says. */
async function installStandIn(bin: string): Promise<string> {
  await mkdir(bin);
  const script = join(ROOT, "test/fixtures/agents/claude.mjs");
  await writeFile(join(bin, "claude"), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 });
  return bin;
}

/** Kills a task and the shim that would have noted it. */
async function lose(client: Client, id: number): Promise<void> {
  const pid = await until(async () => (await client.call("task.get", { id })).task.pid ?? undefined);
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const shim = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  process.kill(shim, "SIGKILL");
  process.kill(pid, "SIGKILL");
  await client.call("task.wait", { selector: [String(id)] });
}

async function main(): Promise<void> {
  await mkdir(TARGET);
  const dir = await mkdtemp(join(tmpdir(), "golden-"));
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: dir,
    XDG_RUNTIME_DIR: join(dir, "r"),
    XDG_STATE_HOME: join(dir, "s"),
    XDG_CONFIG_HOME: join(dir, "c"),
  };
  await mkdir(join(dir, "c/claudine"), { recursive: true });
  await writeFile(join(dir, "c/claudine/config.yaml"), "resources: { gpu: 2 }\nautoscale: off\n");
  const daemon: ChildProcess = spawn(process.execPath, [join(ROOT, "dist/claudined.mjs")], { env, stdio: "inherit" });
  try {
    const client = await until(() => connect({ env, autostart: false }).catch(() => undefined));
    await fill(client, await installStandIn(join(dir, "bin")));
    await mkdir(join(TARGET, "store"));
    await client.call("store.backup", { path: join(TARGET, "store/data.mdb") });
    await cp(join(dir, "s/claudine/runs"), join(TARGET, "runs"), { recursive: true });
    const { tasks } = await client.call("task.list", {});
    const states = tasks.map(({ id, label, state }) => [id, label, state]).toReversed();
    await writeFile(join(TARGET, "tasks.json"), `${JSON.stringify(states, null, 2)}\n`);
    await client.call("daemon.stop", { killTasks: true, graceMs: 100 });
    client.close();
  } finally {
    daemon.kill("SIGKILL");
    await rm(dir, { recursive: true, force: true });
  }
}

await main();
