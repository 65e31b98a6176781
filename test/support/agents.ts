/** Stand-ins for coding agents, found on the PATH under the tools' own names. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Result } from "@claudine/protocol/methods";
import { createRig, type Rig, type RigOptions } from "./daemon.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/agents");

/** Puts `name` on the PATH of a folder's `bin`. */
export async function installAgent(bin: string, name: string, fixture = name): Promise<string> {
  await mkdir(bin, { recursive: true });
  const path = join(bin, name);
  await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${join(FIXTURES, `${fixture}.mjs`)}' "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

export class AgentRig {
  readonly rig: Rig;
  constructor(rig: Rig) {
    this.rig = rig;
  }

  /** `claudine agent ...`, which must succeed. @returns the id of the task */
  async agent(prompt: string, ...args: string[]): Promise<number> {
    const { code, stdout, stderr } = await this.rig.claudineWith({ input: prompt }, "agent", ...args, "-");
    if (code !== 0 || !/^\d+\n$/.test(stdout)) throw new Error(`agent exited with ${code}: ${stdout}${stderr}`);
    return Number(stdout);
  }

  async result(id: number): Promise<Result<"agent.result">> {
    const client = await this.rig.client();
    return client.call("agent.result", { id }).finally(() => client.close());
  }
}

/** A daemon, and claude on the PATH of whoever submits. */
export async function createAgentRig(options: RigOptions = {}): Promise<AgentRig & AsyncDisposable> {
  const rig = await createRig(options);
  const bin = rig.file("../bin");
  await installAgent(bin, "claude");
  rig.env["PATH"] = `${bin}:${rig.env["PATH"] ?? ""}`;
  return Object.assign(new AgentRig(rig), { [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() });
}
