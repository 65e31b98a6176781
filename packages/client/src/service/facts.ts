/** What the plans are made from: where things are and what runs at the moment. */
import type { Paths } from "@claudine/protocol/paths";

/** The programs that the service starts. */
export type Programs = { node: string; claudined: string };

export type Templates = { service: string; socket: string; agent: string };

export type Facts = {
  programs: Programs;
  templates: Templates;
  paths: Paths;
  env: Readonly<Record<string, string | undefined>>;
  homeDir: string;
  uid: number;
  /** The daemon that answers now, and whether the service manager started it. */
  daemon: { pid: number; ofService: boolean } | undefined;
};

/** Variables that decide where the daemon keeps its things; a service does not get the shell's. */
export function placeVariables(env: Facts["env"]): [string, string][] {
  return ["XDG_STATE_HOME", "XDG_CONFIG_HOME"].flatMap((name) => {
    const value = env[name];
    return value?.startsWith("/") === true ? [[name, value] satisfies [string, string]] : [];
  });
}
