/** `claudine restore`: puts a backup in the place of the store; what was there is set aside. */
import { resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command, Io } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";

export const restore: Command = {
  name: "restore",
  summary: "Put a backup in the place of the store; what was there is set aside",
  positional: [{ name: "file", describe: "A file made by `claudine backup`", required: true }],
  options: [
    { name: "stop", type: "boolean", describe: "Stop the daemon for it and start it again; running tasks go on" },
  ],
  async run(input, io) {
    const file = resolve(input.args[0] ?? "");
    const restored = await (flag(input, "stop") ? restoreStopped(io, file) : restoreFile(io, file));
    if (flag(input, "json")) printJson(io, restored);
    else say(input, io, sentence(file, restored));
    return 0;
  },
};

type Restored = {
  tasks: number;
  /** Where the store is now that was there before. */
  setAside: string | null;
};

async function restoreStopped(io: Io, file: string): Promise<Restored> {
  const { withoutDaemon } = await import("../without-daemon.ts");
  return (await withoutDaemon(io, () => askForIt(io, file))).result;
}

async function restoreFile(io: Io, file: string): Promise<Restored> {
  const { daemonPid } = await import("../without-daemon.ts");
  const pid = await daemonPid(io);
  if (pid === undefined) return askForIt(io, file);
  throw new ClaudineError("wrong_state", `Cannot restore ${file}: the daemon runs (pid ${pid})`, {
    hint: "claudine restore --stop stops it for that and starts it again; running tasks go on",
  });
}

async function askForIt(io: Io, file: string): Promise<Restored> {
  const { askClaudined } = await import("../claudined.ts");
  return await askClaudined(io, ["--restore", file]);
}

function sentence(file: string, { tasks, setAside }: Restored): string {
  const what = `Restored ${file}: ${tasks} ${tasks === 1 ? "task" : "tasks"}`;
  return setAside === null ? what : `${what}; the store that was there is ${setAside}`;
}
