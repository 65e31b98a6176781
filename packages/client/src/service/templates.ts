/** Finds the service files that come with Claudine. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Templates } from "./facts.ts";

/** @param from a folder inside the package: the bundle's or the source's */
export function loadTemplates(from: string): Templates {
  const root = packageRoot(from);
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  return {
    service: read("systemd/claudined.service"),
    socket: read("systemd/claudined.socket"),
    agent: read("launchd/com.claudine.claudined.plist"),
  };
}

function packageRoot(from: string): string {
  if (existsSync(join(from, "systemd/claudined.service"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("the folder systemd/ of the package is missing");
  return packageRoot(parent);
}
