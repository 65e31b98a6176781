import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readRecord } from "./record.ts";
import { createStarts } from "./starts.ts";
import { SHIM_TITLE } from "./shim-process.ts";
import { openRig, until } from "./test-rig.ts";

/** Watches a run whose command has begun, as far as its record says, while `title` tells what its process calls itself. */
async function watching(title: (recordPath: string) => string) {
  const rig = await openRig("perl");
  const recordPath = join(rig.dir, "watched");
  const spec = rig.start("1.1", ["sleep", "600"]);
  await rig.started("1.1");
  copyFileSync(spec.recordPath, recordPath);
  const heard: string[] = [];
  const starts = createStarts({
    processes: { title: () => title(recordPath) },
    intervalMs: 10,
    onStarted: () => heard.push("started"),
    onGone: () => heard.push("gone"),
  });
  onTestFinished(() => starts.close());
  starts.watch("1.1", recordPath);
  return { rig, heard, recordPath };
}

test("a run has started when its process is the command", async () => {
  const titles = [SHIM_TITLE, SHIM_TITLE, "sleep 600"];
  const { heard } = await watching(() => titles.shift() ?? "");
  await until(() => heard.length > 0, "the start");
  expect({ heard, titles }).toEqual({ heard: ["started"], titles: [] });
});

test("it has not where the command could not be executed for now", async () => {
  const { rig, heard, recordPath } = await watching((path) => {
    // As the shim's child does when there is no memory.
    writeFileSync(path, "");
    return SHIM_TITLE;
  });
  await until(() => readRecord(recordPath).state === "starting", "the record to be emptied");
  const other = rig.start("2.1", ["true"]);
  await rig.ended("2.1");
  copyFileSync(other.recordPath, recordPath);
  await until(() => heard.length > 0, "the end");
  expect(new Set(heard)).toEqual(new Set(["gone"]));
});

test("a command that calls itself as the shim does is not waited for without end", async () => {
  const { heard } = await watching(() => SHIM_TITLE);
  await until(() => heard.length > 0, "the start");
  expect(heard).toEqual(["started"]);
});
