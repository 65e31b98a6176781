/** What sessions have yet to take of messages that they have begun to take: beside their inputs, for the next daemon too. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Begun = {
  rest(path: string): Buffer | undefined;
  keep(path: string, rest: Buffer): void;
  forget(path: string): void;
  /** Inputs with a rest. */
  paths(): string[];
};

const ENDING = ".rest";

/** `folder` is the one that the inputs are in. */
export function createBegun(folder: string): Begun {
  const rests = readAll(folder);
  return {
    rest: (path) => rests.get(path),
    paths: () => [...rests.keys()],
    keep(path, rest) {
      rests.set(path, rest);
      write(path + ENDING, rest);
    },
    forget(path) {
      if (rests.delete(path)) rmSync(path + ENDING, { force: true });
    },
  };
}

/** Nothing of it needs to outlive the machine: the session does not, either. */
function write(file: string, bytes: Buffer): void {
  try {
    writeFileSync(`${file}.new`, bytes, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // On a full disk this daemon alone can finish it: what another one would find there went in meanwhile.
    rmSync(file, { force: true });
  }
}

function readAll(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  return new Map(
    names.flatMap((name): [string, Buffer][] => {
      const file = join(folder, name);
      try {
        return [[file.slice(0, -ENDING.length), readFileSync(file)]];
      } catch {
        // Damaged from outside; the session makes of its half what it can.
        return [];
      }
    }),
  );
}
