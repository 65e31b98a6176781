import { expect, test } from "vitest";
import { createLook, newTree } from "./members.ts";
import type { Processes, ProcessStat } from "./processes.ts";
import { processes } from "./test-rig.ts";

const BOOT = "boot";

function stat(pid: number, sid: number): ProcessStat {
  return { pid, ppid: 1, pgid: sid, sid, state: "S", startTicks: "1", cpuMs: 0, threads: 1 };
}

/** A system whose processes have these environments at the moment; one that is left out shows none. */
function systemOf(all: readonly ProcessStat[], marks: Map<number, string>) {
  const asked: number[] = [];
  const system: Processes = {
    ...processes,
    bootId: () => BOOT,
    read: (pid) => all.find((one) => one.pid === pid),
    list: () => [...all],
    sameStart: (one, other) => one === other,
    environment: (_variable, pids) => {
      asked.push(...pids);
      return new Map([...marks].filter(([pid]) => pids.includes(pid)));
    },
  };
  return { system, asked };
}

const tree = () => newTree({ identity: { pid: 10, startTicks: "1", bootId: BOOT }, runUid: "uid.1" });

test("one that is just becoming another program, and shows no environment, is looked at again", () => {
  const marks = new Map<number, string>();
  const { system } = systemOf([stat(77, 77)], marks);
  const [look, run] = [createLook(system), tree()];
  expect(look([run], new Set()).get(run)).toEqual([]);
  marks.set(77, "uid.1");
  expect(look([run], new Set()).get(run)).toMatchObject([{ pid: 77 }]);
});

test("an environment without the mark is read once, and threads of the kernel are not asked", () => {
  const { system, asked } = systemOf([stat(77, 77), stat(78, 78), stat(2, 0)], new Map([[77, ""]]));
  const [look, run] = [createLook(system), tree()];
  for (let looks = 0; looks < 2; looks += 1) expect(look([run], new Set()).get(run)).toEqual([]);
  expect(asked).toEqual([77, 78, 78]);
});
