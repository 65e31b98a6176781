/** A budget of a day at the change of day, by the clock of a daemon that comes up shortly before midnight. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createAgentRig } from "./support/agents.ts";

const CLOCK = pathToFileURL(join(import.meta.dirname, "fixtures/shifted-clock.mjs")).href;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Most of it the daemon is up; where it comes up later, it finds the new day there. */
const BEFORE_MS = 4000;

/** Where it is about noon: no midnight comes in between. */
function noonZone(): { zone: string; midnight: number } {
  const east = 12 - new Date().getUTCHours();
  const zone = `Etc/GMT${east > 0 ? "-" : "+"}${Math.abs(east)}`;
  const offsetMs = east * HOUR_MS;
  return { zone, midnight: (Math.floor((Date.now() + offsetMs) / DAY_MS) + 1) * DAY_MS - offsetMs };
}

test("tasks that wait for the next day start when it begins", async () => {
  // The stamps of runs are their shim's, whose clock nobody shifts.
  const config = "slots: 1\nagent: {timeout: off, budgets: {day: {usd: 0.2}}}\n";
  const own = await createAgentRig({ daemon: false, config });
  onTestFinished(() => own[Symbol.asyncDispose]());
  const { rig } = own;
  const { zone, midnight } = noonZone();
  await rig.up({ TZ: zone });
  expect((await rig.ended(await own.agent("say one"))).state).toBe("succeeded");
  const id = await own.agent("say two");
  const told = (await rig.claudine("explain", String(id))).stdout;
  expect(told).toMatch(/^budget of the day: 0\.25 of 0\.20 dollars spent, new day 00:00 \(in 1[012]h/);
  await rig.down("SIGKILL");
  const shiftMs = midnight - BEFORE_MS - Date.now();
  await rig.up({ TZ: zone, NODE_OPTIONS: `--import ${CLOCK}`, TEST_CLOCK_SHIFT_MS: String(shiftMs) });
  expect((await rig.ended(id)).state).toBe("succeeded");
  const client = await rig.client();
  const { events } = await client.call("event.list", { limit: 1000 });
  const admitted = events.filter((event) => event.type === "run.admitted" && event.id === id);
  expect(admitted).toHaveLength(1);
  expect(admitted[0]?.at).toBeGreaterThanOrEqual(midnight);
  expect((await client.call("budget.list", {})).budgets[0]).toMatchObject({
    scope: { kind: "day" },
    endsAt: midnight + DAY_MS,
  });
});
