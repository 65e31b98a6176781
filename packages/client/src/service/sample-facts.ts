/** Facts of an invented machine, for the tests of the plans. */
import type { Facts } from "./facts.ts";
import { loadTemplates } from "./templates.ts";

export function sampleFacts(change: Partial<Facts> = {}): Facts {
  const runtimeDir = "/run/user/1000/claudine";
  return {
    programs: { node: "/usr/bin/node", claudined: "/usr/lib/node_modules/claudine/dist/claudined.mjs" },
    templates: loadTemplates(import.meta.dirname),
    paths: {
      runtimeDir,
      socket: `${runtimeDir}/claudined.sock`,
      stateDir: "/home/ada/.local/state/claudine",
      configDir: "/home/ada/.config/claudine",
      configFile: "/home/ada/.config/claudine/config.yaml",
      logFile: "/home/ada/.local/state/claudine/claudined.log",
    },
    env: { XDG_RUNTIME_DIR: "/run/user/1000" },
    homeDir: "/home/ada",
    uid: 1000,
    daemon: undefined,
    ...change,
  };
}
