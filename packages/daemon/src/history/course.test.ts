import type { CoursePoint } from "@claudine/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { addToCourse, COURSE_POINTS_MAX, packCourse, pointsOf, unpackCourse, type Stretch } from "./course.ts";

const START = Date.UTC(2026, 2, 14);

function point(index: number, change: Partial<CoursePoint> = {}): CoursePoint {
  return { at: START + 1000 * index, cpuPercent: 50, rssBytes: 4096, processes: 1, ...change };
}

function courseOf(points: readonly CoursePoint[]): Stretch[] {
  const course: Stretch[] = [];
  for (const one of points) addToCourse(course, one);
  return course;
}

test("however long a run takes, its course is of a fixed size and reaches from its start to its end", () => {
  const course = courseOf(Array.from({ length: 100_000 }, (_, index) => point(index)));
  expect(course.length).toBeLessThanOrEqual(COURSE_POINTS_MAX);
  expect(course.length).toBeGreaterThan(COURSE_POINTS_MAX / 2);
  expect(course.at(-1)?.at).toBe(START + 99_999_000);
  expect(course.reduce((sum, { spanMs }) => sum + spanMs, 0)).toBe(99_999_000);
});

test("what is old stands for longer times", () => {
  const spans = courseOf(Array.from({ length: 5000 }, (_, index) => point(index))).map(({ spanMs }) => spanMs);
  expect(spans.at(-1)).toBe(1000);
  expect(spans[1]).toBeGreaterThan(8000);
});

test("a peak of memory stays, and processor time is not lost", () => {
  const points = Array.from({ length: 1000 }, (_, index) =>
    point(index, { cpuPercent: index % 7, rssBytes: index === 3 ? 9e9 : 4096 }),
  );
  const course = courseOf(points);
  expect(Math.max(...course.map(({ rssBytes }) => rssBytes))).toBe(9e9);
  const total = (spans: readonly { cpuPercent: number; spanMs: number }[]) =>
    spans.reduce((sum, { cpuPercent, spanMs }) => sum + cpuPercent * spanMs, 0);
  const all = points.map(({ cpuPercent }, index) => ({ cpuPercent, spanMs: index === 0 ? 0 : 1000 }));
  expect(total(course)).toBeCloseTo(total(all), 3);
});

test("a stored course is what it was, in less than half a page", () => {
  const course = courseOf(
    Array.from({ length: 5000 }, (_, index) => point(index, { readBytes: 1024 * index, writeBytes: 0 })),
  );
  const bytes = packCourse(course);
  expect(bytes.length).toBeLessThan(2000);
  const back = unpackCourse(bytes);
  expect(pointsOf(back)).toEqual(pointsOf(course));
  expect(back.slice(1).map(({ spanMs }) => spanMs)).toEqual(course.slice(1).map(({ spanMs }) => spanMs));
  expect(pointsOf(unpackCourse(packCourse([{ ...point(0), spanMs: 0 }])))).toEqual([point(0)]);
});

test("any bytes are a course or none", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void unpackCourse(bytes)));
  expect(unpackCourse(new Uint8Array(0))).toEqual([]);
});
