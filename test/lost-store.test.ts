/** A store that is gone or empty is not replaced by an empty one without a word, and its ids are not given again. */
import { readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";

const store = (rig: Rig) => join(rig.home.stateDir, "store");

test.for([
  { what: "removed", spoil: (rig: Rig) => rm(store(rig), { recursive: true }) },
  { what: "emptied", spoil: (rig: Rig) => truncate(join(store(rig), "data.mdb"), 0) },
])("a store that was $what: refused, told by the doctor, and put back from a backup", async ({ spoil }) => {
  const rig = await startDaemon();
  await rig.ran("echo precious");
  const backup = rig.file("backup");
  expect(await rig.claudine("backup", backup)).toMatchObject({ code: 0 });
  const { task } = await rig.ran("true");
  await rig.down("SIGKILL");
  await spoil(rig);
  const refused = await rig.claudine("list");
  expect(refused).toMatchObject({ code: 74, stdout: "" });
  expect(refused.stderr).toContain(`The store ${store(rig)} is gone or empty`);
  expect(refused.stderr).toContain("claudine restore FILE");
  const doctor = await rig.claudine("doctor", "--json");
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toContain("is gone or empty");
  expect(await rig.claudine("restore", backup)).toMatchObject({ code: 0 });
  expect(await rig.claudine("list", "-q")).toMatchObject({ code: 0, stdout: "1\n" });
  expect(await rig.submit("true")).toBeGreaterThan(task.id);
});

test("the doctor begins a new store on demand: no id is given again, and no file is moved", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("echo precious");
  const queued = await rig.submit("--held", "true");
  await rig.down();
  await rm(store(rig), { recursive: true });
  expect(await rig.claudine("doctor", "--fix", "--json")).toMatchObject({
    stdout: expect.stringContaining("A new, empty store was begun"),
  });
  expect(await readdir(join(rig.home.stateDir, "runs/0"))).toContain(`${task.id}.1.stdout`);
  expect(await rig.submit("true")).toBeGreaterThan(queued);
});
