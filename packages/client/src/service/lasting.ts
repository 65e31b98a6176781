/** Refuses to build a service on programs that will be gone tomorrow. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Programs } from "./facts.ts";

const MIN_NODE = 24;

/** Folders that are emptied by the system, or by the package manager that made them. */
const TEMPORARY = [
  /\/_npx\//,
  /\/dlx-[^/]+\//,
  /\/bunx-[^/]+\//,
  /^\/tmp\//,
  /^\/var\/tmp\//,
  /^\/run\//,
  /^\/dev\/shm\//,
  /^(\/private)?\/var\/folders\//,
  /^\/private\/tmp\//,
];

export function isTemporary(path: string, tmpDir: string): boolean {
  return path.startsWith(`${tmpDir.replace(/\/+$/, "")}/`) || TEMPORARY.some((pattern) => pattern.test(path));
}

/**
 * @param tmpDir the folder for temporary files in force
 * @throws ClaudineError wrong_state when the Node is too old or a program lies in a temporary folder
 */
export function requireLasting(programs: Programs, nodeVersion: string, tmpDir: string): void {
  if (Number.parseInt(nodeVersion, 10) < MIN_NODE) {
    throw new ClaudineError(
      "wrong_state",
      `Cannot install the service with Node ${nodeVersion}: it needs Node ${MIN_NODE} or newer`,
      {
        hint: "Run claudine with a newer Node; the service starts with the same one",
      },
    );
  }
  if (isTemporary(programs.claudined, tmpDir)) {
    throw new ClaudineError(
      "wrong_state",
      `Cannot install the service: ${programs.claudined} is in a temporary folder`,
      {
        hint: "Install Claudine for good with npm install -g claudine, then run claudine service install",
      },
    );
  }
  if (isTemporary(programs.node, tmpDir)) {
    throw new ClaudineError("wrong_state", `Cannot install the service: ${programs.node} is in a temporary folder`, {
      hint: "Run claudine with a Node that is installed for good; the service starts with the same one",
    });
  }
}

/** Where a Node that is upgraded in place is reached by a name that stays. */
const STABLE_NODES = [
  "/usr/bin/node",
  "/usr/local/bin/node",
  "/opt/homebrew/bin/node",
  "/home/linuxbrew/.linuxbrew/bin/node",
];

/** The lasting name of this Node: `execPath` carries its version with some installers, and is gone after an upgrade. */
export function lastingNode(execPath: string, realPath: (path: string) => string | undefined): string {
  return STABLE_NODES.find((name) => realPath(name) === execPath) ?? execPath;
}
