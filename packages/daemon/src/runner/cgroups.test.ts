import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCgroups } from "./cgroups.ts";
import { giveMemoryOn, placeIn } from "./own-cgroup.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "claudined-"));
});
afterEach(() => rmSync(path, { recursive: true }));

const read = (...names: string[]) => readFileSync(join(path, ...names), "utf8");
const write = (name: string, text: string) => writeFileSync(join(path, name), text);

test.each([
  ["0::/user.slice/claudined.service\n", { own: "/user.slice/claudined.service", inLeaf: false }],
  ["0::/user.slice/claudined.service/daemon\n", { own: "/user.slice/claudined.service", inLeaf: true }],
  ["9:memory:/claudined\n0::/claudined-x/daemon\n", { own: "/claudined-x", inLeaf: true }],
  ["0::/user.slice/session.scope\n", undefined],
  ["0::/docker/daemon\n", undefined],
  ["0::/\n", undefined],
  ["", undefined],
])("its own group by %j", (text, place) => {
  expect(placeIn(text)).toEqual(place);
});

describe("limits of memory for the groups below", () => {
  beforeEach(() => {
    write("cgroup.controllers", "cpu memory pids\n");
    write("cgroup.subtree_control", "\n");
    write("cgroup.procs", "4711\n");
  });

  test("the daemon and what is with it go into the leaf first", () => {
    expect(giveMemoryOn(path, false)).toBe(true);
    expect(read("daemon", "cgroup.procs")).toBe("4711");
    expect(read("cgroup.subtree_control")).toBe("+memory");
  });

  test("who is in the leaf stays there", () => {
    expect(giveMemoryOn(path, true)).toBe(true);
    expect(() => read("daemon", "cgroup.procs")).toThrow("ENOENT");
  });

  test("where they are possible already nothing is done", () => {
    write("cgroup.subtree_control", "memory pids\n");
    expect(giveMemoryOn(path, true)).toBe(true);
    expect(read("cgroup.subtree_control")).toBe("memory pids\n");
  });

  test("without the controller there are none", () => {
    write("cgroup.controllers", "cpu pids\n");
    expect(giveMemoryOn(path, true)).toBe(false);
    expect(read("cgroup.subtree_control")).toBe("\n");
  });

  test("a unit whose successor could not be put there any more stays as it is", () => {
    const unit = join(path, "claudined.service");
    mkdirSync(unit);
    for (const name of ["cgroup.controllers", "cgroup.subtree_control"]) write(`claudined.service/${name}`, read(name));
    expect(giveMemoryOn(unit, false)).toBe(false);
    expect(giveMemoryOn(unit, true)).toBe(true);
  });
});

describe("a run's group", () => {
  test("has its limit, all end together, and nothing goes to the swap", () => {
    const groups = openCgroups({ path, limitsMemory: true });
    expect(groups.make("a.1", 4096)).toBe(join(path, "run-a.1"));
    expect(["memory.max", "memory.swap.max", "memory.oom.group"].map((file) => read("run-a.1", file))).toEqual([
      "4096",
      "0",
      "1",
    ]);
    expect(groups.isCapped("a.1")).toBe(true);
  });

  test("has none where there was none to set or it could not be", () => {
    openCgroups({ path, limitsMemory: true }).make("a.1");
    openCgroups({ path, limitsMemory: false }).make("b.1", 4096);
    const groups = openCgroups({ path, limitsMemory: true });
    write("run-a.1/memory.max", "max\n");
    expect([groups.isCapped("a.1"), groups.isCapped("b.1"), groups.isCapped("c.1")]).toEqual([false, false, false]);
  });

  test.each([
    ["low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n", true],
    ["low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n", false],
    ["low 0\nhigh 0\nmax 9\noom 0\noom_kill 0\n", false],
  ])("was ended for its limit by %j: %s", (text, isOut) => {
    const groups = openCgroups({ path, limitsMemory: true });
    groups.make("a.1", 4096);
    write("run-a.1/memory.events", text);
    expect(groups.ranOutOfMemory("a.1")).toBe(isOut);
  });
});
