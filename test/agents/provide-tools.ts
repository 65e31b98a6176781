/** Tells the tests where the tools are, and whether anything but the loopback can be reached. */
import { delimiter, join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** PATH with the tools first. */
    readonly toolPath: string;
    readonly isolated: boolean;
  }
}

export function setup(project: TestProject): void {
  const { AGENT_TOOLS: folder, AGENT_ISOLATED: isolated, PATH = "" } = process.env;
  if (folder === undefined) throw new Error("Start this suite by `npm run test:agents`: it installs the tools first");
  const node = join(process.execPath, "..");
  project.provide("toolPath", [join(folder, "node_modules/.bin"), node, PATH].join(delimiter));
  project.provide("isolated", isolated === "1");
}
