import { expect, test } from "vitest";
import { lookOf } from "../theme.ts";
import { sparkline, steadyTop } from "./spark.ts";

const look = lookOf({ color: false, ascii: false });
const course = (...values: number[]) => sparkline(values, values.length, { look, top: steadyTop(values) });

test("a steady course is not a full one, and one that rises is seen to do so", () => {
  expect(new Set(course(500, 500, 500, 500)).size).toBe(1);
  expect(course(500, 500)).not.toContain("█");
  expect(course(0, 0, 0, 900)).toMatch(/█$/);
  expect(course(500, 501, 500)).toBe(course(500, 500, 500));
  expect(course(0, 0)).toBe(sparkline([0, 0], 2, { look }));
});
