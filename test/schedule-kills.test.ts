/** The daemon is killed at random around due times: each of them is dealt with once, whatever becomes of late and overlapping ones. */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@claudine/client";
import type { Firing, Missed, Overlap } from "@claudine/protocol/schedule";
import { expect, test } from "vitest";
import { expectSoundState, killDaemon } from "./support/crash-rig.ts";
import { seeded, seedFrom } from "./support/crash-random.ts";
import { startDaemon } from "./support/daemon.ts";

const KILLS = Number(process.env["CLAUDINE_SCHEDULE_KILLS"] ?? 8);
const TIMEOUT_MS = 60_000 + KILLS * 15_000;
const seed = seedFrom("CLAUDINE_CRASH_SEED");
const EVERY_MS = 1000;
/** Some due times pass while no daemon is there. */
const DOWN_MS_BELOW = 2500;

const WAYS: readonly { missed: Missed; overlap: Overlap }[] = (["skip", "catchup", "latest", "fail"] as const).flatMap(
  (missed) => (["skip", "queue", "replace", "all"] as const).map((overlap) => ({ missed, overlap })),
);
const NAMES = WAYS.map(({ missed, overlap }) => `${missed}-${overlap}`);

/** Now and then it is slower than its schedule. */
const COMMAND = `echo "$CLAUDINE_SCHEDULE $CLAUDINE_DUE_AT $CLAUDINE_TASK_ID" >> ran
case $CLAUDINE_TASK_ID in *[05]) sleep 1.3;; esac`;

async function addAll(client: Client, cwd: string): Promise<number> {
  const from = Math.floor(Date.now() / EVERY_MS) * EVERY_MS;
  const when = { kind: "every", everyMs: EVERY_MS, from } as const;
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", SHELL: "/bin/sh" };
  const schedules = WAYS.map((rules, index) => ({
    ...rules,
    name: NAMES[index] ?? "",
    when,
    zone: "UTC",
    task: { command: COMMAND },
  }));
  await client.call("schedule.declare", { env, cwd, umask: 0o022, origin: "/test", schedules });
  return from;
}

async function historyOf(client: Client, name: string): Promise<Firing[]> {
  const { firings } = await client.call("schedule.history", { name, limit: 1000 });
  return firings.toReversed();
}

/** What each entry accounts for begins where the one before ends. @returns up to when all is accounted for */
function accountedFor(firings: readonly Firing[], name: string): number {
  const [first] = firings;
  let last = (first?.due ?? 0) - EVERY_MS;
  firings.forEach(({ number, due, to, count }, index) => {
    expect([name, number, due]).toEqual([name, index + 1, last + EVERY_MS]);
    if (count !== null) expect([name, number, count]).toEqual([name, number, (to - due) / EVERY_MS + 1]);
    last = to;
  });
  return last;
}

test(
  `each due time once, over ${KILLS} kills at random (CLAUDINE_CRASH_SEED=${seed})`,
  { timeout: TIMEOUT_MS },
  async () => {
    const random = seeded(seed);
    const rig = await startDaemon({ config: "slots: 60\ngrace: 200ms\n" });
    let client = await rig.client();
    const from = await addAll(client, rig.home.work);
    for (let kill = 0; kill < KILLS; kill += 1) {
      // Mostly within a few ms of a due time.
      const around = EVERY_MS - (Date.now() % EVERY_MS) + random.int(30) - 5;
      await killDaemon(rig, () => delay(random.chance(0.7) ? around : random.int(EVERY_MS)));
      client.close();
      if (random.chance(0.5)) await delay(random.int(DOWN_MS_BELOW));
      await rig.up();
      client = await rig.client();
    }
    await client.call("schedule.pause", { names: NAMES });
    await client.call("task.wait", { selector: ["all"] });
    // What is due until then is skipped, so that all of it must be accounted for.
    const until = Date.now();
    await client.call("schedule.resume", { names: NAMES });
    await client.call("schedule.pause", { names: NAMES });
    await client.call("task.wait", { selector: ["all"] });

    const ran = (await readFile(rig.file("ran"), "utf8")).trim().split("\n");
    expect(ran.toSorted()).toEqual([...new Set(ran)].toSorted());
    const tasks = new Set<number>();
    for (const name of NAMES) {
      const firings = await historyOf(client, name);
      expect(firings[0]?.due).toBeGreaterThan(from);
      expect(accountedFor(firings, name)).toBeGreaterThan(until - EVERY_MS);
      for (const { task, due, state } of firings) {
        if (task === null) continue;
        expect([name, due, tasks.has(task)]).toEqual([name, due, false]);
        tasks.add(task);
        const line = `${name} ${new Date(due).toISOString().replace(".000Z", "+00:00")} ${task}`;
        if (state === "succeeded") expect(ran).toContain(line);
        else expect(["cancelled", "failed"]).toContain(state);
      }
    }
    // Each that began was one of these, and none began for a due time that another was made of.
    expect(ran.filter((line) => !tasks.has(Number(line.split(" ")[2])))).toEqual([]);
    const dues = ran.map((line) => line.split(" ").slice(0, 2).join(" "));
    expect(new Set(dues).size).toBe(dues.length);
    client.close();
    await killDaemon(rig);
    await expectSoundState(rig);
  },
);
