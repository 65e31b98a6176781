/** The Node that runs the daemon, and whatever only Node can: this process's own, unless this is the compiled client. */
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";

/** Only the build of the compiled client puts it in: the Node which ran that build. */
declare const __CLAUDINE_NODE__: string | undefined;

const builtWith = typeof __CLAUDINE_NODE__ === "string" ? __CLAUDINE_NODE__ : undefined;

/** @throws ClaudineError unavailable when the compiled client finds none */
export function nodeProgram(env: NodeJS.ProcessEnv): string {
  return builtWith === undefined ? process.execPath : findNode(builtWith, env["PATH"]);
}

/**
 * Replaces the compiled client by Node with the same words, in the same process; with Node it returns at once.
 * @throws ClaudineError unavailable when there is no Node
 */
export function goOnInNode(env: NodeJS.ProcessEnv): void {
  if (builtWith === undefined) return;
  const node = findNode(builtWith, env["PATH"]);
  process.execve?.(node, [node, join(import.meta.dirname, "claudine.cjs"), ...process.argv.slice(2)], env);
}

/** `first` if it is still there, else the first on the path. */
export function findNode(first: string, path = ""): string {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  const found = [first, ...folders.map((folder) => join(folder, "node"))].find(isExecutable);
  if (found !== undefined) return found;
  throw new ClaudineError("unavailable", `Cannot find Node: ${first} is gone, and there is no node on the PATH`, {
    hint: "Install Node, or build this client again with npm run build:native",
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
