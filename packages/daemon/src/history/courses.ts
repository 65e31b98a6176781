/** The courses of runs: of those that run in memory, of the others stored. */
import type { CoursePoint, TaskId } from "@claudine/protocol";
import { addToCourse, packCourse, pointsOf, unpackCourse, type Stretch } from "./course.ts";
import type { HistoryStore } from "./ports.ts";
import type { HistoryWriter } from "./writer.ts";

export type RunSample = {
  cpuPercent: number;
  rssBytes: number;
  readBytes: number;
  writeBytes: number;
  processes: number;
};

type Name = { id: TaskId; attempt: number };

export type Courses = {
  sample(run: Name, usage: RunSample): void;
  ended(run: Name): void;
  read(run: Name): CoursePoint[];
  /** Hands over what runs and was not stored for a while. */
  gather(): void;
};

export type CoursesPorts = {
  store: Pick<HistoryStore, "course">;
  writer: Pick<HistoryWriter, "pending" | "within">;
  /** Bytes of storage are known. */
  tellsIo: boolean;
  wall(): number;
  /** None is kept. */
  isOff: boolean;
};

type Open = Name & { course: Stretch[]; savedAt: number };

/** Of a run that ends; one that is lost in a crash of the daemon before that has no course. */
const WRITE_MS = 60_000;
/** A crash of the daemon takes so much from the course of a run that goes on. */
const SAVE_MS = 300_000;

export function createCourses({ store, writer, tellsIo, wall, isOff }: CoursesPorts): Courses {
  const running = new Map<string, Open>();
  const keyOf = ({ id, attempt }: Name) => `${id}.${attempt}`;
  const stored = (run: Name): Stretch[] => {
    const waiting = writer.pending.courses.findLast(({ id, attempt }) => id === run.id && attempt === run.attempt);
    const bytes = waiting?.bytes ?? store.course(run.id, run.attempt);
    return bytes === undefined ? [] : unpackCourse(bytes);
  };
  const save = (open: Open): void => {
    const { id, attempt, course } = open;
    open.savedAt = wall();
    if (!isOff && course.length > 1) writer.pending.courses.push({ id, attempt, bytes: packCourse(course) });
  };
  return {
    sample(run, usage) {
      const key = keyOf(run);
      // A daemon before may have seen its begin.
      const open = running.get(key) ?? { ...run, course: stored(run), savedAt: wall() };
      running.set(key, open);
      const { cpuPercent, rssBytes, readBytes, writeBytes, processes } = usage;
      const io = tellsIo ? { readBytes, writeBytes } : {};
      addToCourse(open.course, { at: wall(), cpuPercent, rssBytes, ...io, processes });
      if (wall() - open.savedAt > SAVE_MS) writer.within(WRITE_MS);
    },
    ended(run) {
      const open = running.get(keyOf(run));
      running.delete(keyOf(run));
      if (open === undefined || isOff || open.course.length < 2) return;
      save(open);
      writer.within(WRITE_MS);
    },
    read: (run) => pointsOf(running.get(keyOf(run))?.course ?? stored(run)),
    gather() {
      for (const open of running.values()) if (Math.abs(wall() - open.savedAt) > SAVE_MS) save(open);
    },
  };
}
