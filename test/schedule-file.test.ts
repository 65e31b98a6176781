/** `claudine schedule --from-yaml`: a file says what schedules there are. */
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { scheduleOf } from "./support/schedules.ts";

const FILE = `schedules:
  nightly:
    cron: "0 2 * * *"
    tz: Europe/Berlin
    command: [./backup.sh, --full]
    timeout: 1h
    retries: 2
    lock: [disk, net]
    env: { LEVEL: 3 }
  poll: { every: 15m, command: "curl -fsS example.org", jitter: 30s, held: true }
`;

test("adds, changes and removes until all is as the file says, and leaves other schedules alone", async () => {
  const rig = await startDaemon();
  await rig.claudine("schedule", "add", "own", "--cron", "@daily", "true");
  await writeFile(rig.file("s.yaml"), FILE);
  const declare = (...more: string[]) => rig.claudine("schedule", "--from-yaml", "s.yaml", ...more);
  expect(await declare("--dry-run")).toMatchObject({ code: 0, stdout: "would add nightly\nwould add poll\n" });
  expect((await rig.claudine("schedule", "list", "-q")).stdout).toBe("own\n");
  expect(await declare()).toMatchObject({ stdout: "added nightly\nadded poll\n" });
  expect(await scheduleOf(rig, "nightly")).toMatchObject({
    when: "0 2 * * *",
    zone: "Europe/Berlin",
    argv: ["./backup.sh", "--full"],
    cwd: rig.home.work,
    limits: { timeoutMs: 3_600_000 },
    retry: { limit: 2 },
    needs: { locks: ["disk", "net"] },
    origin: rig.file("s.yaml"),
  });
  expect(await scheduleOf(rig, "poll")).toMatchObject({ jitterMs: 30_000, held: true });
  expect(await declare("--prune")).toMatchObject({ stdout: "unchanged nightly\nunchanged poll\n" });

  await writeFile(rig.file("s.yaml"), FILE.replace("1h", "2h").replace(/ {2}poll.*\n/, ""));
  expect(await declare()).toMatchObject({ stdout: "changed nightly\n" });
  expect(await declare("--prune", "--dry-run")).toMatchObject({ stdout: "would remove poll\nunchanged nightly\n" });
  expect(await declare("--prune", "--json")).toMatchObject({ code: 0 });
  expect((await rig.claudine("schedule", "list", "-q")).stdout).toBe("nightly\nown\n");

  await rig.claudine("schedule", "edit", "nightly", "--overlap", "all");
  expect(await declare()).toMatchObject({ stdout: "changed nightly\n" });
  expect(await scheduleOf(rig, "nightly")).toMatchObject({ overlap: "skip" });
});

/** Aliases of aliases: ten million words when written out. */
const BOMB = `${["a: &a [x, x, x, x, x, x, x, x, x, x]", ..."bcdefg"]
  .map((line, index) =>
    index === 0
      ? line
      : `${line}: &${line} [${Array(10)
          .fill(`*${"abcdefg"[index - 1]}`)
          .join(", ")}]`,
  )
  .join("\n")}\nschedules: { x: { every: 1h, command: *g } }\n`;

test("--prune removes what an empty map no longer declares, and nothing when the file is empty", async () => {
  const rig = await startDaemon();
  await rig.claudine("schedule", "add", "own", "--cron", "@daily", "true");
  await writeFile(rig.file("s.yaml"), FILE);
  const declare = (...more: string[]) => rig.claudine("schedule", "--from-yaml", "s.yaml", ...more);
  await declare();
  await writeFile(rig.file("s.yaml"), "");
  expect(await declare("--prune")).toMatchObject({ code: 2 });
  expect((await rig.claudine("schedule", "list", "-q")).stdout).toBe("nightly\nown\npoll\n");
  await writeFile(rig.file("s.yaml"), "schedules:\n");
  expect(await declare("--prune", "--dry-run")).toMatchObject({ stdout: "would remove nightly\nwould remove poll\n" });
  expect(await declare("--prune")).toMatchObject({ stdout: "removed nightly\nremoved poll\n" });
  expect((await rig.claudine("schedule", "list", "-q")).stdout).toBe("own\n");
  expect(await rig.claudine("schedule", "--prune")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Cannot use --prune without --from-yaml"),
  });
});

test.for([
  ["schedules:\n  a: { cron: '0 25 * * *', command: x }\n", "hour: 25 is above 23 (schedule a)"],
  ["schedules:\n  a: { crom: '@daily', command: x }\n", "schedule a: There is no option --crom"],
  ["schedules:\n  a: { cron: '@daily' }\n", "there is no command"],
  ["schedules: [1]\n", 'there is no map "schedules"'],
  ["other: 1\n", 'there is no key "other"'],
  ["schedules:\n  a: { every: 1h, command: x, dry-run: true }\n", "schedule a: There is no option --dry-run"],
  ["schedules:\n  a: { every: 1h, command: x, json: true }\n", "schedule a: There is no option --json"],
  ["schedules:\n  a: { every: [1h, 2h], command: x }\n", "schedule a: every is one value"],
  ["schedules:\n  a: { every: 1h, command: x, label: true }\n", "schedule a: label needs a value"],
  ["schedules:\n  a: { every: 1h, command: x, held: 1 }\n", "schedule a: held is true or false"],
  ["schedules:\n  a: { every: 1h, command: { x: 1 } }\n", "schedule a: command has a value that is no text"],
  ["schedules: &all\n  a: { every: 1h, command: *all }\n", "schedule a: command has a value that is no text"],
  ["schedules:\n  a: { every: 1h, command: x }\n  a: { every: 2h, command: x }\n", "Map keys must be unique"],
  [BOMB, "Cannot read schedules from s.yaml: Excessive alias count"],
  ["", 'there is no map "schedules"'],
  ["a: [\n", "Cannot read schedules from s.yaml: "],
])("nothing is changed when something is wrong: %s", async ([content = "", why = ""]) => {
  const rig = await startDaemon();
  await writeFile(rig.file("s.yaml"), content);
  const good = "schedules:\n  good: { cron: '@daily', command: x }\n";
  if (content.startsWith("schedules:\n")) await writeFile(rig.file("s.yaml"), content.replace("schedules:\n", good));
  expect(await rig.claudine("schedule", "--from-yaml", "s.yaml")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(why),
  });
  expect((await rig.claudine("schedule", "list", "-q")).stdout).toBe("");
});
