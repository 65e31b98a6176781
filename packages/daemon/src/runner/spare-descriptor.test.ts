import { closeSync, fstatSync, openSync } from "node:fs";
import { expect, test } from "vitest";
import { createSpareDescriptor } from "./spare-descriptor.ts";

const isOpen = (fd: number) => {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
};

test("what was short of descriptors is done again with one more, which is held again afterwards", () => {
  const next = openSync("/dev/null", "r");
  closeSync(next);
  const spare = createSpareDescriptor();
  expect(isOpen(next)).toBe(true);
  const seen: boolean[] = [];
  const attempt = () => {
    seen.push(isOpen(next));
    return seen.length === 1 ? "EMFILE" : "read";
  };
  expect(spare.use(attempt, (result) => result === "EMFILE")).toBe("read");
  expect(seen).toEqual([true, false]);
  expect(isOpen(next)).toBe(true);
  expect(
    spare.use(
      () => "read",
      (result) => result === "EMFILE",
    ),
  ).toBe("read");
  spare.close();
  expect(isOpen(next)).toBe(false);
});
