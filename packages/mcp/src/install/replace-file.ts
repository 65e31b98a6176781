/** Replaces a file of somebody else in one step, with a copy of what was there beside it. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { systemWords } from "@claudine/protocol/text";

const PRIVATE = 0o600;
const PERMISSIONS = 0o777;

/** Undefined when there is no such file. @throws ClaudineError permission */
export function readIfThere(file: string): string | undefined {
  try {
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  } catch (error) {
    throw new ClaudineError("permission", `Cannot read ${file}: ${systemWords(error)}`, { cause: error });
  }
}

/** @returns where the copy is; null when there was nothing to copy. @throws ClaudineError permission */
export function replaceFile(named: string, text: string): string | null {
  try {
    if (!existsSync(named)) {
      mkdirSync(dirname(named), { recursive: true, mode: 0o700 });
      writeInOneStep(named, text, PRIVATE);
      return null;
    }
    // What is a link into somebody's dotfiles stays one.
    const file = realpathSync(named);
    const backup = `${file}.before-claudine`;
    copyFileSync(file, backup);
    writeInOneStep(file, text, statSync(file).mode & PERMISSIONS);
    return backup;
  } catch (error) {
    throw new ClaudineError("permission", `Cannot write ${named}: ${systemWords(error)}`, { cause: error });
  }
}

function writeInOneStep(file: string, text: string, mode: number): void {
  const next = `${file}.claudine-${process.pid}`;
  try {
    const open = openSync(next, "w", mode);
    try {
      writeFileSync(open, text);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
