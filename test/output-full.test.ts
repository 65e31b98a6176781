/** Output that cannot be written is an error with a line and an exit code, whatever the verb; what can be is left as it was. */
import { constants } from "node:fs";
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

test
  .runIf(process.platform === "linux")
  .for(["list", "logs 1", "logs 1 --json", "submit -f true", "--help", "no-verb"])(
  "after claudine %s a pipe still waits for its reader",
  async (words) => {
    const tellFlags = "grep flags /proc/self/fdinfo/4 4>&1 >&3";
    const script = `{ { ${CLIENT_IN_SHELL} ${words}; ${tellFlags}; } 2>&1 | cat >&2; } 3>&1`;
    const { stdout } = await start("/bin/sh", { args: ["-c", script], env: rig.env, cwd: rig.home.work }).ended;
    const flags = Number.parseInt(/^flags:\t(\d+)\n$/.exec(stdout)?.[1] ?? "", 8);
    expect({ stdout, nonBlocking: flags & constants.O_NONBLOCK }).toMatchObject({ nonBlocking: 0 });
  },
);
