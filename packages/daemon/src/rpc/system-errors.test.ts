import { expect, test } from "vitest";
import { ClaudineError } from "@claudine/protocol";
import { expectedError } from "./system-errors.ts";

test.each(["MDB_CORRUPTED: Located page was wrong type", "MDB_PAGE_NOTFOUND: Requested page not found"])(
  "%s is told with what mends it",
  (message) => {
    expect(expectedError(new Error(message))).toMatchObject({
      code: "storage",
      message: `Cannot read the store through: it has damaged pages (${message})`,
      hint: expect.stringContaining("claudine doctor --fix"),
    });
  },
);

test("a want of descriptors is told, and what was told before stays", () => {
  const short = Object.assign(new Error("too many open files"), { code: "EMFILE" });
  expect(expectedError(short)).toMatchObject({ code: "os", message: expect.stringContaining("file descriptors") });
  const told = new ClaudineError("not_found", "There is no such task");
  expect(expectedError(told)).toBe(told);
});

test("anything else is a bug", () => {
  expect(expectedError(new TypeError("x is not a function"))).toBeUndefined();
  expect(expectedError("MDB_CORRUPTED")).toBeUndefined();
});
