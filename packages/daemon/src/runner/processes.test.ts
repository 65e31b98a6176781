import { spawn } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { findLeader, isAlive } from "./identity.ts";
import { parseStat } from "./processes-linux.ts";
import { psProcesses } from "./processes-ps.ts";
import { processes, until } from "./test-rig.ts";

test("a name with parentheses and spaces does not shift the fields", () => {
  const line = (text: string) => Buffer.from(text, "latin1");
  const units = { upMs: 10_000, pageBytes: 4096 };
  const stat = parseStat(
    line("77 (a) R 1 (b)) S 1 77 70 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 3 0 999 1 2 18446744073709551615\n"),
    units,
  );
  expect(stat).toEqual({
    pid: 77,
    ppid: 1,
    pgid: 77,
    sid: 70,
    state: "S",
    startTicks: "999",
    cpuMs: 1000,
    threads: 3,
    own: { cpuMs: 300, rssBytes: 8192, ageMs: 10 },
  });
  expect(parseStat(line(""), units)).toBeUndefined();
  expect(parseStat(line("77 (a) S 1 77"), units)).toBeUndefined();
});

test("this process is found by itself and in the list", () => {
  const own = processes.read(process.pid);
  expect(own).toMatchObject({ pid: process.pid, ppid: process.ppid });
  expect(processes.list().map(({ pid }) => pid)).toContain(process.pid);
  expect(processes.read(2 ** 22 + 1)).toBeUndefined();
  expect(processes.io(process.pid)?.readBytes).toBeGreaterThanOrEqual(0);
  expect(processes.io(process.pid)?.readOps).toBeGreaterThan(0);
  expect(Math.abs((own?.own?.rssBytes ?? 0) - process.memoryUsage.rss())).toBeLessThan(process.memoryUsage.rss() / 2);
  expect(Math.abs((own?.own?.ageMs ?? 0) - performance.now())).toBeLessThan(10_000);
  expect(own?.threads).toBeGreaterThan(1);
  expect(processes.title(process.pid)).not.toBe("");
});

test("a zombie counts as dead", async () => {
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 600"], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  let printed = "";
  parent.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  await until(() => printed.includes("\n"), "the pid");
  const pid = Number(printed);
  await until(() => processes.read(pid)?.state === "Z", "the zombie");
  const identity = { pid, startTicks: processes.read(pid)?.startTicks ?? "", bootId: processes.bootId() };
  expect(findLeader(processes, identity)).toBeDefined();
  expect(isAlive(processes, identity)).toBe(false);
});

test("another start time or another boot is another process", () => {
  const own = processes.read(process.pid);
  const identity = { pid: process.pid, startTicks: own?.startTicks ?? "", bootId: processes.bootId() };
  expect(isAlive(processes, identity)).toBe(true);
  expect(isAlive(processes, { ...identity, startTicks: `${Number(identity.startTicks) - 1}` })).toBe(false);
  expect(isAlive(processes, { ...identity, bootId: "another" })).toBe(false);
});

test("a variable is found by its whole name", async () => {
  const env = { PATH: process.env["PATH"], XCLAUDINE_RUN_UID: "other", CLAUDINE_RUN_UID: "abc", LAST: "z" };
  const child = spawn("sleep", ["600"], { env, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const pid = child.pid ?? 0;
  await until(() => processes.environment("CLAUDINE_RUN_UID", [pid]).get(pid) === "abc", "the value");
  expect(processes.environment("RUN_UID", [pid, 2 ** 22 + 1])).toEqual(new Map([[pid, ""]]));
});

// Written after the manual page of ps on macOS; not seen on the system itself.
const PS_OUTPUT = `    1     0     1 Ss     12:34.56 Mon Nov 17 08:15:02 2025
  501     1   501 S+      0:00.12 Fri Nov 21 07:00:00 2025
  777   501   501 Z    1-02:03:04.00 Fri Nov 21 07:00:01 2025
garbage
`;

test("the output of ps on macOS is read", () => {
  const asked: string[] = [];
  const ps = psProcesses((program, args) => {
    asked.push([program, ...args].join(" "));
    if (program === "sysctl") return "6F1C2B7A-0000-4000-8000-000000000001\n";
    return args.includes("pid=,command=")
      ? "  501 /bin/sh -c x CLAUDINE_RUN_UID=abc HOME=/Users/x\n  777 sleep 1 A=b\n"
      : PS_OUTPUT;
  });
  expect(ps.list()).toEqual([
    {
      pid: 1,
      ppid: 0,
      pgid: 1,
      sid: 1,
      state: "S",
      startTicks: String(Date.parse("2025-11-17T08:15:02") / 1000),
      cpuMs: 754_560,
      threads: 1,
    },
    {
      pid: 501,
      ppid: 1,
      pgid: 501,
      sid: 501,
      state: "S",
      startTicks: String(Date.parse("2025-11-21T07:00:00") / 1000),
      cpuMs: 120,
      threads: 1,
    },
    {
      pid: 777,
      ppid: 501,
      pgid: 501,
      sid: 501,
      state: "Z",
      startTicks: String(Date.parse("2025-11-21T07:00:01") / 1000),
      cpuMs: 93_784_000,
      threads: 1,
    },
  ]);
  expect(ps.sameStart("100", "101")).toBe(true);
  expect(ps.sameStart("100", "110")).toBe(false);
  expect(ps.bootId()).toBe("6F1C2B7A-0000-4000-8000-000000000001");
  expect(ps.environment("CLAUDINE_RUN_UID", [501, 777])).toEqual(
    new Map([
      [501, "abc"],
      [777, ""],
    ]),
  );
  expect(asked[0]).toBe("ps -ax -o pid=,ppid=,pgid=,stat=,time=,lstart=");
});
