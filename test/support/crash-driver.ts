/** Keeps a daemon busy with everything that can be asked of it, and notes what was acknowledged. */
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@claudine/client";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Ledger } from "./crash-ledger.ts";
import type { Random } from "./crash-random.ts";
import { randomRules } from "./crash-rules.ts";
import { ENDLESS, type Kind, taskOf } from "./crash-tasks.ts";

export type DriverOptions = { client: Client; ledger: Ledger; random: Random; cwd: string };
export type Driver = {
  /** No call is under way when this resolves, and none begins until `go`. */
  rest(): Promise<void>;
  go(): void;
  /** When a submit has just been acknowledged. */
  nextAnswer(): Promise<void>;
  /** @throws what went wrong in a way that no crash explains */
  stop(): Promise<void>;
};

const WORKERS = 3;
const THINK_MS_BELOW = 25;
/** More endless tasks than this would leave no slot for others. */
const ENDLESS_AT_MOST = 6;
/** What a crash, or another action on the same task, explains. */
const EXPLAINED = ["unavailable", "shutting_down", "wrong_state", "not_found"];

export function drive({ client, ledger, random, cwd }: DriverOptions): Driver {
  const ids: number[] = [];
  const endless: number[] = [];
  let gate = openGate();
  let stopped = false;
  let onAnswer = () => {};
  const underWay = new Set<Promise<void>>();

  const submit = async (
    kinds: readonly Kind[],
    { held = false, ruled = false, ...more }: { held?: boolean; ruled?: boolean; maxFails?: number } = {},
  ): Promise<void> => {
    const rules = () => (ruled ? randomRules(random, [...ids, ...endless]) : {});
    const tasks = kinds.map((kind) => taskOf(kind, { held, priority: random.int(3), ...rules() }));
    const answer = await client.call("task.submit", {
      env: { PATH: process.env["PATH"] ?? "" },
      cwd,
      umask: 0o22,
      tasks,
      ...more,
    });
    onAnswer();
    for (const [index, id] of answer.ids.entries()) {
      ledger.submitted.set(answer.uids[index] ?? "", id);
      (ENDLESS.includes(kinds[index] ?? "exit") ? endless : ids).push(id);
    }
  };
  const short = (): Kind => random.pick(["exit", "exit", "exit", "nap", "signal"] as const) ?? "exit";
  const endOne = async (method: "task.kill" | "task.cancel"): Promise<void> => {
    const id = endless.shift();
    if (id === undefined) return;
    endless.push(id);
    await client.call(method, { selector: [String(id)], graceMs: 50 });
    if (method === "task.kill") ledger.acknowledge("run.finished", id);
    endless.splice(endless.indexOf(id), 1);
    ids.push(id);
  };
  /** Acts on a task of any state: mostly one of the newest. */
  const some = (): number | undefined => ids[Math.max(0, ids.length - 1 - random.int(30))];
  const change = async (method: "task.hold" | "task.release" | "task.pause" | "task.resume"): Promise<void> => {
    const id = random.chance(0.3) ? random.pick(endless) : some();
    if (id === undefined) return;
    await client.call(method, { selector: [String(id)] });
  };
  const retry = async (): Promise<void> => {
    const id = some();
    if (id === undefined) return;
    await client.call("task.retry", { selector: [String(id)] });
    ledger.acknowledgeEach("task.retried", id);
  };
  const remove = async (): Promise<void> => {
    const id = ids.shift();
    if (id === undefined) return;
    await client.call("task.remove", { selector: [String(id)] });
    ledger.acknowledge("task.removed", id);
  };
  const actions: readonly (() => Promise<void>)[] = [
    () => submit([short()]),
    () => submit([short()]),
    () => submit(Array.from({ length: 2 + random.int(15) }, short)),
    () => submit([short(), short()], { held: true }),
    () => submit([short(), short()], { ruled: true }),
    () => submit([short()], { ruled: true, held: random.chance(0.3) }),
    () => submit(Array.from({ length: 2 + random.int(10) }, short), { ruled: true }),
    () => submit(Array.from({ length: 5 }, short), { maxFails: random.int(3) }),
    async () => {
      if (endless.length < ENDLESS_AT_MOST)
        await submit([random.pick(ENDLESS) ?? "long"], { ruled: random.chance(0.5) });
    },
    () => endOne("task.kill"),
    () => endOne("task.cancel"),
    () => change("task.hold"),
    () => change("task.release"),
    () => change("task.release"),
    () => change("task.pause"),
    () => change("task.resume"),
    () => change("task.resume"),
    retry,
    retry,
    remove,
    async () => void (await client.call("group.set", { slots: 8 + random.int(8) })),
  ];

  const work = async (): Promise<void> => {
    while (!stopped) {
      await gate.passed;
      const action = (random.pick(actions) ?? retry)();
      const settled = action.catch((error: unknown) => {
        if (!(error instanceof ClaudineError) || !EXPLAINED.includes(error.code)) throw error;
      });
      const done = settled.catch(() => {});
      underWay.add(done);
      await settled.finally(() => underWay.delete(done));
      await delay(random.int(THINK_MS_BELOW));
    }
  };
  const workers = Array.from({ length: WORKERS }, work);
  const failed = Promise.all(workers);
  failed.catch(() => {});
  return {
    async rest() {
      gate = closedGate();
      while (underWay.size > 0) await Promise.all(underWay);
    },
    go: () => gate.open(),
    nextAnswer: () =>
      new Promise((resolve) => {
        onAnswer = resolve;
      }),
    async stop() {
      stopped = true;
      gate.open();
      await failed;
    },
  };
}

type Gate = { passed: Promise<void>; open(): void };

function closedGate(): Gate {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

function openGate(): Gate {
  return { passed: Promise.resolve(), open: () => {} };
}
