/** `claudine version`: the versions of client and daemon. Starts no daemon. */
import { version as ours } from "@claudine/protocol/version";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";

export const version: Command = {
  name: "version",
  inNode: true,
  summary: "Show the versions of claudine and of the daemon that runs",
  options: [],
  async run(input, io) {
    if (flag(input, "quiet")) {
      io.out(`${ours}\n`);
      return 0;
    }
    const { probeDaemon } = await import("../../service/daemon.ts");
    const found = await probeDaemon({ socket: io.paths.socket, env: io.env });
    if (flag(input, "json")) {
      printJson(io, {
        client: ours,
        daemon: found?.version ?? null,
        pid: found?.pid ?? null,
        node: process.versions.node,
      });
      return 0;
    }
    io.out(
      `claudine ${ours}\n${found === undefined ? "claudined does not run" : `claudined ${found.version} (pid ${found.pid})`}\n`,
    );
    if (found !== undefined && found.version !== ours)
      say(input, io, "They differ: claudine daemon restart brings the daemon to this version; tasks go on");
    return 0;
  },
};
