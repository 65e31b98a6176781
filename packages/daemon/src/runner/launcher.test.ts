import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLauncher, openRig, SHIM_DIR, specIn } from "./test-rig.ts";

test("the perl shim works without system calls by number too, as on macOS", async () => {
  const rig = await openRig("node");
  const scripts = join(rig.dir, "shims");
  mkdirSync(scripts);
  const script = readFileSync(join(SHIM_DIR, "shim.pl"), "utf8");
  writeFileSync(join(scripts, "shim.pl"), script.replace(/^my \$calls = .*;$/m, "my $calls;"));
  const launcher = openLauncher("perl", rig.fifo, { shimDir: scripts });
  const keys = Array.from({ length: 200 }, (_, n) => `${n}.1`);
  for (const key of keys) launcher.start(specIn(rig.dir, key, ["sh", "-c", "kill -TERM $$"]));
  for (const key of keys)
    expect(await rig.ended(key)).toMatchObject({
      state: "ended",
      exit: { signal: "SIGTERM" },
      usage: { maxRssBytes: undefined },
    });
  launcher.start(
    specIn(rig.dir, "busy.1", [
      "sh",
      "-c",
      "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; grep Sig /proc/self/status",
    ]),
  );
  const record = await rig.ended("busy.1");
  expect(
    record.state === "ended" && record.usage !== undefined && record.usage.userUs + record.usage.systemUs,
  ).toBeGreaterThan(0);
  expect(rig.stdout("busy.1")).toMatch(/SigBlk:\t0+\nSigIgn:\t0+\n/);
  launcher.close();
});

test("a broken perl is given up for Node", async () => {
  const rig = await openRig("node");
  const scripts = join(rig.dir, "shims");
  mkdirSync(scripts);
  writeFileSync(join(scripts, "shim.pl"), "use NoSuchModule;\n");
  writeFileSync(join(scripts, "shim.mjs"), readFileSync(join(SHIM_DIR, "shim.mjs")));
  const launcher = openLauncher(undefined, rig.fifo, {
    shimDir: scripts,
    onShimExit: () => launcher.start(specIn(rig.dir, "1.1", ["true"])),
  });
  launcher.start(specIn(rig.dir, "1.1", ["true"]));
  expect(await rig.ended("1.1")).toMatchObject({ state: "ended" });
  launcher.close();
});

test("a word that no process can be given is refused", async () => {
  const rig = await openRig("perl");
  rig.start("1.1", ["echo", "a\0b"]);
  rig.start("2.1", ["echo", "ok"]);
  await rig.ended("2.1");
  expect(rig.noStarts).toEqual([{ runKey: "1.1", errno: "EINVAL" }]);
});
