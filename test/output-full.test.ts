/** Output that cannot be written is an error with a line and an exit code, whatever the verb. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { CLIENT_IN_SHELL, start } from "./support/program.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  await rig.ran("echo something");
  return () => rig[Symbol.asyncDispose]();
});

test.for([
  "list",
  "list --json",
  "show 1",
  "show 1 --json",
  "logs 1",
  "logs 1 --json",
  "wait 1 --json",
  "groups",
  "completion bash",
  "config show",
  "version",
  "doctor",
  "daemon status",
  "submit true",
  "--help",
])("claudine %s > /dev/full", async (words) => {
  const script = `exec ${CLIENT_IN_SHELL} ${words} > /dev/full`;
  const { code, stderr } = await start("/bin/sh", { args: ["-c", script], env: rig.env, cwd: rig.home.work }).ended;
  expect({ code, stderr }).toEqual({
    code: 74,
    stderr: expect.stringMatching(/^claudine: Cannot write the output: ENOSPC.*\n$/),
  });
});
