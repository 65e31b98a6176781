/** What a run uses over time, in a fixed number of points: the older ones stand for longer times. */
import type { CoursePoint } from "@claudine/protocol";

/** What is stored of so many fits into half a page of LMDB, beside another. */
export const COURSE_POINTS_MAX = 80;

/** `spanMs` is the time that it stands for. */
export type Stretch = CoursePoint & { spanMs: number };

export function addToCourse(course: Stretch[], point: CoursePoint): void {
  const before = course.at(-1)?.at;
  // Time may be set back.
  course.push({ ...point, spanMs: before === undefined ? 0 : Math.max(1, point.at - before) });
  if (course.length > COURSE_POINTS_MAX) course.splice(0, course.length, ...thinned(course));
}

/** Joins the older two thirds in pairs; what was joined before is joined again. */
function thinned(course: readonly Stretch[]): Stretch[] {
  const older = 2 * Math.floor(course.length / 3);
  const joined: Stretch[] = [];
  for (let at = 0; at < older; at += 2) {
    const [a, b] = [course[at], course[at + 1]];
    if (a !== undefined && b !== undefined) joined.push(join(a, b));
  }
  return [...joined, ...course.slice(older)];
}

function join(a: Stretch, b: Stretch): Stretch {
  const spanMs = a.spanMs + b.spanMs;
  return {
    ...b,
    spanMs,
    cpuPercent: (a.cpuPercent * a.spanMs + b.cpuPercent * b.spanMs) / Math.max(1, spanMs),
    rssBytes: Math.max(a.rssBytes, b.rssBytes),
    processes: Math.max(a.processes, b.processes),
  };
}

export function pointsOf(course: readonly Stretch[]): CoursePoint[] {
  return course.map(({ spanMs: _, ...point }) => point);
}

const VERSION = 1;
const HEAD_BYTES = 9;
const POINT_BYTES = 22;
/** Unit of times: 32 bits are more than a year. */
const TIME_MS = 10;
const KIB = 1024;
const MAX_32 = 2 ** 32 - 1;
const MAX_16 = 2 ** 16 - 1;

export function packCourse(course: readonly Stretch[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEAD_BYTES + POINT_BYTES * course.length));
  const firstAt = course.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  view.setUint8(0, VERSION);
  view.setFloat64(1, firstAt);
  for (const [index, point] of course.entries()) {
    const at = HEAD_BYTES + POINT_BYTES * index;
    view.setUint32(at, Math.min(MAX_32, Math.round((point.at - firstAt) / TIME_MS)));
    view.setFloat32(at + 4, point.cpuPercent);
    view.setUint32(at + 8, Math.min(MAX_32, Math.ceil(point.rssBytes / KIB)));
    view.setFloat32(at + 12, point.readBytes ?? Number.NaN);
    view.setFloat32(at + 16, point.writeBytes ?? Number.NaN);
    view.setUint16(at + 20, Math.min(MAX_16, point.processes));
  }
  return new Uint8Array(view.buffer);
}

/** Bytes of another version, or damaged ones, are no course. */
export function unpackCourse(bytes: Uint8Array): Stretch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = (bytes.length - HEAD_BYTES) / POINT_BYTES;
  if (bytes.length < HEAD_BYTES || view.getUint8(0) !== VERSION || !Number.isInteger(count)) return [];
  const firstAt = view.getFloat64(1);
  if (!Number.isFinite(firstAt)) return [];
  const course: Stretch[] = [];
  for (let index = 0; index < count; index += 1)
    course.push(unpackPoint(view, HEAD_BYTES + POINT_BYTES * index, firstAt));
  for (const [index, point] of course.entries()) {
    const before = course[index - 1];
    if (before !== undefined) point.spanMs = Math.max(1, point.at - before.at);
  }
  return course;
}

function unpackPoint(view: DataView, at: number, firstAt: number): Stretch {
  const [readBytes, writeBytes] = [view.getFloat32(at + 12), view.getFloat32(at + 16)];
  return {
    at: firstAt + view.getUint32(at) * TIME_MS,
    cpuPercent: view.getFloat32(at + 4),
    rssBytes: view.getUint32(at + 8) * KIB,
    ...(Number.isNaN(readBytes) ? {} : { readBytes }),
    ...(Number.isNaN(writeBytes) ? {} : { writeBytes }),
    processes: view.getUint16(at + 20),
    spanMs: 0,
  };
}
