import { expect, test } from "vitest";
import { readHostLimits } from "./host-limits.ts";

const GIB = 2 ** 30;
/** A hierarchy as text by path. */
const reader = (files: Record<string, string>) => (path: string) => files[path];

test("without limits there are none", () => {
  const read = reader({ "/cg/a/cpu.max": "max 100000\n", "/cg/a/memory.max": "max\n", "/cg/a/memory.current": "5\n" });
  expect(readHostLimits("/cg", "/a", read)).toEqual({ cores: undefined, memoryFreeBytes: undefined });
  expect(readHostLimits("/cg", "/", reader({}))).toEqual({ cores: undefined, memoryFreeBytes: undefined });
});

test("a quota is so many cores, and what is used of the memory is gone", () => {
  const read = reader({
    "/cg/cpu.max": "150000 100000\n",
    "/cg/memory.max": `${4 * GIB}\n`,
    "/cg/memory.current": `${3 * GIB}\n`,
    "/cg/memory.stat": `anon 1\ninactive_file ${GIB / 2}\nactive_file 9\n`,
  });
  expect(readHostLimits("/cg", "/", read)).toEqual({ cores: 1.5, memoryFreeBytes: 1.5 * GIB });
});

test("the tightest on the way to the root counts", () => {
  const read = reader({
    "/cg/user/cpu.max": "100000 100000\n",
    "/cg/user/app/cpu.max": "400000 100000\n",
    "/cg/user/memory.max": `${GIB}\n`,
    "/cg/user/memory.current": "0\n",
    "/cg/user/app/memory.max": `${2 * GIB}\n`,
    "/cg/user/app/memory.current": "0\n",
  });
  expect(readHostLimits("/cg", "/user/app", read)).toEqual({ cores: 1, memoryFreeBytes: GIB });
});

test("a group over its limit has nothing left, and no less", () => {
  const read = reader({ "/cg/memory.max": "100\n", "/cg/memory.current": "300\n" });
  expect(readHostLimits("/cg", "/", read).memoryFreeBytes).toBe(0);
});

test("reads the real one", () => {
  const { cores, memoryFreeBytes } = readHostLimits();
  expect(cores ?? 1).toBeGreaterThan(0);
  expect(memoryFreeBytes ?? 0).toBeGreaterThanOrEqual(0);
});
