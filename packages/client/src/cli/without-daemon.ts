/** Does what no daemon may run for: stops it, and starts it again afterwards. Tasks go on all the while. */
import { placeOf, startDaemonByOwner } from "../service/control.ts";
import { probeDaemon, stopDaemon } from "../service/daemon.ts";
import type { Io } from "./command.ts";

/** The daemon is started again however `action` ends, when there was one. @throws what `action` throws */
export async function withoutDaemon<T>(io: Io, action: () => Promise<T>): Promise<{ result: T; pid: number | null }> {
  const stopped = await stopDaemon(placeOf(io));
  const startAgain = async () => (stopped === undefined ? null : (await startDaemonByOwner(io)).pid);
  let result: T;
  try {
    result = await action();
  } catch (error) {
    await startAgain().catch(() => {});
    throw error;
  }
  return { result, pid: await startAgain() };
}

/** The pid of the daemon that runs now. */
export async function daemonPid(io: Io): Promise<number | undefined> {
  return (await probeDaemon(placeOf(io)))?.pid;
}
