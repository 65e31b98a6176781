/** The pipe by which whoever starts a daemon hears why it ends; the log, which may be on a full disk, is not enough. */
import { closeSync, writeSync } from "node:fs";

const VARIABLE = "CLAUDINE_REFUSAL_FD";

export type RefusalPipe = {
  tell(line: string): void;
  /** Nobody listens any more once the daemon answers. */
  close(): void;
};

/** Takes the variable out of `env`, so that no child believes the pipe is its own. */
export function openRefusalPipe(env: Record<string, string | undefined>): RefusalPipe {
  const value = env[VARIABLE];
  delete env[VARIABLE];
  const fd = value === "3" ? 3 : undefined;
  const use = (action: (fd: number) => void): void => {
    try {
      if (fd !== undefined) action(fd);
    } catch {
      // Its reader is gone, or it was no pipe.
    }
  };
  return { tell: (line) => use((pipe) => writeSync(pipe, line)), close: () => use(closeSync) };
}
