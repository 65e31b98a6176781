/** The end that a daemon is told to come to: once, whoever says so, and in bounded time. */
import type { Log } from "./log.ts";

export type Ending = {
  end(why: string): void;
  /** Somebody else has what was its own. */
  makeRoom(what: string): void;
  /** The exit code, when it has ended. */
  ended: Promise<number>;
};

export type EndingPorts = {
  log: Log;
  stateDir: string;
  onStopping(): void;
  close(): Promise<void>;
};

/** A stop that takes longer is ended the hard way: everything acknowledged is durable by then. */
const STOP_DEADLINE_MS = 5000;

export function createEnding({ log, stateDir, onStopping, close }: EndingPorts): Ending {
  let settle: { resolve(code: number): void; reject(error: unknown): void } | undefined;
  const ended = new Promise<number>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const end = onlyOnce((why) => {
    log.info("Stopping; tasks go on", { why });
    onStopping();
    setTimeout(() => process.kill(process.pid, "SIGKILL"), STOP_DEADLINE_MS).unref();
    void close().then(() => settle?.resolve(0), settle?.reject);
  });
  const makeRoom = onlyOnce((what) => {
    log.error(`${what} is no longer this daemon's: it ends, and tasks go on`, { state: stateDir });
    end("no longer in charge");
  });
  return { end, makeRoom, ended };
}

function onlyOnce(action: (why: string) => void): (why: string) => void {
  let done = false;
  return (why) => {
    if (done) return;
    done = true;
    action(why);
  };
}
