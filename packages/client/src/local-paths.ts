/** The paths of this machine's user, from an environment. */
import { resolve } from "node:path";
import { type Paths, resolvePaths } from "@claudine/protocol/paths";

/** @param socket overrides the socket's path alone */
export function localPaths(env: NodeJS.ProcessEnv, socket?: string): Paths {
  const paths = resolvePaths({
    env,
    platform: process.platform,
    uid: process.getuid?.() ?? 0,
    // Loading node:os takes a millisecond, and the variables that are set nearly everywhere make it needless.
    homeDir: env["HOME"] || process.getBuiltinModule("node:os").userInfo().homedir,
    get tmpDir() {
      return process.getBuiltinModule("node:os").tmpdir();
    },
  });
  // The daemon and the tasks work in other folders.
  return { ...paths, socket: resolve(socket ?? paths.socket) };
}
