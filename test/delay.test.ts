/** `submit --delay` and `--at`: a task does not start before its time. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

const HOUR_MS = 3_600_000;

test("starts when the delay is over, and not before", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--delay", "1s", "true");
  const { notBefore, createdAt } = await rig.show(id);
  expect(notBefore).toBeGreaterThan(createdAt);
  const { state, startedAt } = await rig.ended(id);
  expect(state).toBe("succeeded");
  expect(startedAt).toBeGreaterThanOrEqual(notBefore ?? Number.POSITIVE_INFINITY);
});

test("says how long it waits, over a restart of the daemon too", async () => {
  const rig = await startDaemon();
  const before = Date.now();
  const [hours, words] = [await rig.submit("--delay", "3h", "true"), await rig.submit("--delay", "2 days", "true")];
  const after = Date.now();
  await rig.down("SIGKILL");
  await rig.up();
  const shown = await rig.show(hours);
  expect(shown).toMatchObject({ state: "queued", reason: expect.stringMatching(/^starts in (2h59m|3h00m)$/) });
  expect(shown.notBefore).toBeGreaterThanOrEqual(before + 3 * HOUR_MS);
  expect(shown.notBefore).toBeLessThanOrEqual(after + 3 * HOUR_MS);
  expect((await rig.show(words)).notBefore).toBeGreaterThan(before + 48 * HOUR_MS - 1000);
  expect((await rig.claudine("show", String(hours))).stdout).toMatch(
    /^Starts {6}not before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(in (3h|2h59m\d+s)\)$/m,
  );
});

test.for([
  ["2096-12-01T08:00[Europe/Berlin]", "2096-12-01T07:00:00Z"],
  ["2096-12-01T08:00+05:00", "2096-12-01T03:00:00Z"],
])("--at %s is too far away", async ([at = ""]) => {
  const rig = await startDaemon();
  expect(await rig.claudine("submit", "--at", at, "true")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is too far away"),
  });
});

test("--at takes a date with its zone, and words in the zone of the shell", async () => {
  const rig = await startDaemon();
  const year = new Date().getUTCFullYear() + 1;
  const dated = await rig.submit("--at", `${year}-07-01T08:00[Europe/Berlin]`, "true");
  expect((await rig.show(dated)).notBefore).toBe(Date.parse(`${year}-07-01T06:00:00Z`));
  const { stdout } = await rig.claudineWith({ env: { TZ: "Asia/Tokyo" } }, "submit", "--at", "tomorrow 9am", "true");
  const { notBefore } = await rig.show(Number(stdout));
  const tokyo = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", timeStyle: "medium" });
  expect(tokyo.format(notBefore ?? 0)).toBe("09:00:00");
  expect(notBefore).toBeGreaterThan(Date.now());
});

test("a time that is over is refused with how it was understood", async () => {
  const rig = await startDaemon();
  expect(await rig.claudineWith({ env: { TZ: "UTC" } }, "submit", "--at", "2020-02-29 08:00", "true")).toMatchObject({
    code: 2,
    stdout: "",
    stderr:
      'claudine: Cannot submit: --at "2020-02-29 08:00" is over: it was understood as 2020-02-29T08:00:00+00:00[UTC]\n' +
      "  hint: Give a time that is to come\n",
  });
});
