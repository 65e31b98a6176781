/** What a call that queues tasks needs of its caller, which is this process: environment, umask and folders. */
import { resolve } from "node:path";
import { callerEnv } from "@claudine/client/cli/submit-tasks";
import { METHODS } from "@claudine/protocol/methods";

export const Folder = METHODS["task.submit"].params.shape.cwd
  .optional()
  .describe("The working directory; that of this server unless told");

type Asked<T> = { cwd?: string | undefined; tasks: readonly T[]; maxFails?: number | undefined };

/** Folders of tasks are meant from that of the call. */
export async function asCaller<T extends { cwd?: string | undefined }>({ cwd = ".", tasks, maxFails }: Asked<T>) {
  const folder = resolve(cwd);
  return {
    env: await callerEnv(process.env),
    cwd: folder,
    umask: process.umask(),
    tasks: tasks.map((task) => (task.cwd === undefined ? task : { ...task, cwd: resolve(folder, task.cwd) })),
    ...(maxFails === undefined ? {} : { maxFails }),
  };
}
