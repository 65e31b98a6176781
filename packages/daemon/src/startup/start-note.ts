/**
 * Notes each attempt to come up in the file `starting`, one byte each, until one succeeds: a daemon that dies while it
 * starts, as of a damaged store, is noticed by the next.
 */
import { appendFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { crashPoint } from "../running/crash-points.ts";

/** So many attempts in a row may come to nothing before the store is suspected. */
const CHANCES = 2;

export type StartNote = {
  /** The attempts before this one came to nothing. */
  suspicious: boolean;
  /** This one has come up. */
  ready(): void;
};

export function noteStart(stateDir: string): StartNote {
  const path = join(stateDir, "starting");
  const before = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  crashPoint("before-start-note");
  appendFileSync(path, ".", { mode: 0o600 });
  crashPoint("after-start-note");
  return {
    suspicious: before >= CHANCES,
    ready() {
      crashPoint("before-start-note-removal");
      rmSync(path, { force: true });
      crashPoint("after-start-note-removal");
    },
  };
}
