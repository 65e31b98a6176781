/**
 * The daemon is killed with -9 at random moments under load, again and again; nothing that was acknowledged is lost and
 * nothing runs twice. `npm run test:crash` kills it 200 times; CLAUDINE_CRASH_SEED repeats a run's choices.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { drive } from "./support/crash-driver.ts";
import { Ledger } from "./support/crash-ledger.ts";
import { autostart, expectNoOrphans, expectSoundState, killDaemon } from "./support/crash-rig.ts";
import { type Random, seeded, seedFrom } from "./support/crash-random.ts";
import { RESOURCES } from "./support/crash-rules.ts";
import { cancelEndless, SCHEDULED } from "./support/crash-tasks.ts";
import { signalIfThere } from "./support/home.ts";
import { until } from "./support/until.ts";

const KILLS = Number(process.env["CLAUDINE_CRASH_KILLS"] ?? 12);
const seed = seedFrom("CLAUDINE_CRASH_SEED");
/** Only there to end what hangs. */
const TIMEOUT_MS = 180_000 + KILLS * 15_000;

/** Some die while they come up, some just after, most under load. */
const LIFE_MS_BELOW = 400;
const STATE_CHECK_EVERY = 4;

/** Each is due every second, also while no daemon is there. */
const SCHEDULES = [
  ["all", { overlap: "all", missed: "catchup" }],
  ["queue", { overlap: "queue" }],
  ["skip", { missed: "skip" }],
] as const;

/** Starts the daemon, in one way or the other, maybe killing some before they are up. @returns how many it killed */
async function bringUp(rig: Rig, random: Random): Promise<number> {
  let kills = 0;
  while (random.chance(0.25)) {
    const { pid, ended } = rig.spawnDaemon();
    await delay(random.int(200));
    signalIfThere(pid, "SIGKILL");
    await ended;
    kills += 1;
  }
  const direct = random.chance(0.6);
  if (direct) rig.spawnDaemon();
  // Both at once is a race that the lock decides.
  if (!direct || random.chance(0.3)) await autostart(rig);
  await until("a daemon to answer", () => rig.status()).catch(async (error: unknown) => {
    const log = await readFile(join(rig.home.stateDir, "claudined.log"), "utf8").catch(() => "");
    throw new Error(`${String(error)}\nspawned: ${rig.daemon?.stderr()}\nstarted by a client: ${log.slice(-1000)}`);
  });
  return kills;
}

test(`killed ${KILLS} times at random (CLAUDINE_CRASH_SEED=${seed})`, { timeout: TIMEOUT_MS }, async () => {
  const random = seeded(seed);
  const rig = await startDaemon({ config: `slots: 12\ngrace: 100ms\nsampleInterval: 200ms\n${RESOURCES}` });
  const ledger = new Ledger(rig.home.work);
  const client = await rig.client();
  for (const [name, rules] of SCHEDULES) {
    const schedule = { name, when: { kind: "every", everyMs: 1000 } as const, task: SCHEDULED, ...rules };
    await client.call("schedule.add", { env: {}, cwd: rig.home.work, umask: 0o22, schedule });
  }
  const driver = drive({ client, ledger, random, cwd: rig.home.work });
  for (let kills = 0, round = 1; kills < KILLS; round += 1) {
    const life = random.int(LIFE_MS_BELOW);
    // What was acknowledged a moment ago is what could be lost.
    const atAnswer = random.chance(0.5);
    await killDaemon(rig, async () => {
      await delay(life);
      if (atAnswer) await Promise.race([driver.nextAnswer(), delay(LIFE_MS_BELOW)]);
    });
    kills += 1 + (await bringUp(rig, random));
    await driver.rest();
    await expectNoOrphans(ledger, rig, client);
    await makeRoom(rig, ledger);
    if (round % STATE_CHECK_EVERY === 0) {
      await killDaemon(rig);
      await expectSoundState(rig);
      kills += 1 + (await bringUp(rig, random));
    }
    driver.go();
  }
  await driver.stop();
  await comeToAnEnd(rig, ledger);
  process.stdout.write(`seed ${seed}: ${ledger.submitted.size} tasks acknowledged, ${[...ledger.runs].length} runs\n`);
});

/** Paused and endless tasks would take all slots in the end. */
async function makeRoom(rig: Rig, ledger: Ledger): Promise<void> {
  const client = await rig.client();
  const taking = [...ledger.tasks.values()].filter(({ status }) => "run" in status);
  if (taking.length < 6) return;
  await client.call("task.resume", { selector: ["paused"] }).catch(() => {});
  await cancelEndless(client);
  client.close();
}

/** Everything ends, nothing is left behind, and every output is there. */
async function comeToAnEnd(rig: Rig, ledger: Ledger): Promise<void> {
  const client = await rig.client();
  await client.call("schedule.remove", { names: SCHEDULES.map(([name]) => name) });
  await client.call("task.release", { selector: ["held"] }).catch(() => {});
  await client.call("task.resume", { selector: ["paused"] }).catch(() => {});
  await cancelEndless(client);
  await client.call("task.wait", { selector: ["all"] });
  await ledger.check(client);
  await expectNoOrphans(ledger, rig, client);
  const ran = await ledger.ran();
  for (const { id, attempt, finish } of ledger.runs) {
    if (finish === undefined || !ledger.tasks.has(id) || ["cancelled", "timed-out"].includes(finish.state)) continue;
    expect(ran).toContain(`${id}.${attempt}`);
    const { data } = await client.call("log.read", { id, attempt, stream: "stdout", maxBytes: 1024 });
    expect(data).toBe(`${id}.${attempt}\n`);
  }
  await killDaemon(rig);
  await expectSoundState(rig);
}
