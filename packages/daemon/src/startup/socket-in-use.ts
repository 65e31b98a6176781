/** Refuses a socket that somebody answers on: a daemon of another state may have the same path. */
import { createConnection } from "node:net";
import { ClaudineError } from "@claudine/protocol";

/** A socket that is only left over is none. @throws ClaudineError already_running */
export async function refuseSocketInUse(path: string): Promise<void> {
  if (!(await isAnswered(path))) return;
  throw new ClaudineError("already_running", `Cannot listen on ${path}: another process does already`, {
    hint: "`claudine daemon status` shows it; set XDG_RUNTIME_DIR, or CLAUDINE_SOCKET, to another place for a second daemon",
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => settle(true));
    // EAGAIN: so many wait for it that no more fit.
    socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code === "EAGAIN"));
  });
}
