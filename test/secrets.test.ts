/** Secret variables: sealed on the disk, shown nowhere, and held for when their key is gone. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTables } from "../packages/daemon/src/store/open.ts";
import { startDaemon, type Rig } from "./support/daemon.ts";

const SECRET = "s3cr3t-a79e1f-value";

/** Every file in the state folder that holds `text`. */
async function filesWith(rig: Rig, text: string): Promise<string[]> {
  const entries = await readdir(rig.home.stateDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(text) ? [file] : [])));
  return found.flat();
}

test.for(["MY_TOKEN", "my_password", "AWS_SECRET_ACCESS_KEY", "DB_CREDENTIALS", "GH_AUTH", "PGPASSWORD"])(
  "the value of %s reaches the task and nothing else",
  async (name) => {
    const rig = await startDaemon({ config: "log: { level: debug }\n" });
    const { stdout, task } = await rig.ran(
      "-e",
      `${name}=${SECRET}`,
      "-e",
      "PLAIN=in-the-open-77",
      `test "$${name}" = ${SECRET.slice(0, 6)}"${SECRET.slice(6)}" && echo same`,
    );
    expect({ stdout, state: task.state }).toEqual({ stdout: "same\n", state: "succeeded" });
    const id = String(task.id);
    for (const words of [
      ["list", "--json"],
      ["show", id],
      ["show", id, "--json"],
      ["events", "--since", "0", "--json"],
      ["logs", id],
    ]) {
      const { stdout: shown, stderr, code } = await rig.claudine(...words);
      expect(code).toBe(0);
      for (const value of [SECRET, "in-the-open-77"])
        expect({ words, text: shown + stderr }).toEqual({ words, text: expect.not.stringContaining(value) });
    }
    const { environment } = JSON.parse((await rig.claudine("show", id, "--json")).stdout) as {
      environment: { sealed: string[] };
    };
    expect(environment.sealed).toEqual([name]);
    expect(await filesWith(rig, SECRET)).toEqual([]);
    expect((await filesWith(rig, "in-the-open-77")).length).toBeGreaterThan(0);
    const { stderr: log } = await rig.down();
    expect(log).not.toContain(SECRET);
  },
);

test("more parts of names can be configured", async () => {
  const rig = await startDaemon({ config: "secretNames: [mine]\n" });
  const { task } = await rig.ran("-e", `A_MINE_B=${SECRET}`, "true");
  expect(JSON.parse((await rig.claudine("show", String(task.id), "--json")).stdout)).toMatchObject({
    environment: { sealed: ["A_MINE_B"] },
  });
  expect(await filesWith(rig, SECRET)).toEqual([]);
});

test("the values outlive the daemon as long as the runtime folder does", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--held", "-e", `MY_TOKEN=${SECRET}`, "echo $MY_TOKEN | wc -c");
  await rig.down("SIGKILL");
  await rig.up();
  await rig.claudine("release", String(id));
  await rig.ended(id);
  expect((await rig.output(id)).trim()).toBe(String(SECRET.length + 1));
});

test("when the key is gone, what waits is held with the reason, and release --env takes the values anew", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  await rig.submit("-l", "blocker", "exec sleep 1000");
  const id = await rig.submit("-e", `MY_TOKEN=${SECRET}`, "echo $MY_TOKEN | wc -c");
  const plain = await rig.submit("true");
  await rig.down();
  await rm(join(rig.home.runtimeDir, "env.key"));
  await rig.up();
  const task = await rig.inState(id, "held");
  expect(task.reason).toContain("MY_TOKEN");
  expect(task.reason).toContain("claudine release");
  expect(await rig.show(plain)).toMatchObject({ state: "queued" });
  const refused = await rig.claudine("release", String(id));
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("--env");
  const released = await rig.claudineWith({ env: { MY_TOKEN: `${SECRET}-anew` } }, "release", String(id), "--env");
  expect(released).toMatchObject({ code: 0 });
  await rig.claudine("kill", "label:blocker");
  await rig.ended(id);
  expect((await rig.output(id)).trim()).toBe(String(`${SECRET}-anew`.length + 1));
  expect(await filesWith(rig, SECRET)).toEqual([]);
});

test("a retry whose key is gone is held, not run without its variables", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("-e", `MY_TOKEN=${SECRET}`, "echo run");
  await rig.down();
  await rm(rig.home.runtimeDir, { recursive: true });
  await rig.up();
  await rig.claudine("retry", String(task.id));
  const held = await rig.inState(task.id, "held");
  expect(held.reason).toContain("MY_TOKEN");
  expect(await rig.output(task.id)).not.toContain("run\nrun");
});

test("retry --env runs a task whose key is gone with the variables of the shell", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("-e", `MY_TOKEN=${SECRET}`, "echo $MY_TOKEN | wc -c");
  await rig.down();
  await rm(rig.home.runtimeDir, { recursive: true });
  await rig.up();
  const env = { MY_TOKEN: `${SECRET}-anew` };
  expect(await rig.claudineWith({ env }, "retry", String(task.id), "--env")).toMatchObject({ code: 0 });
  expect(await rig.ended(task.id)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect((await rig.output(task.id)).trim()).toBe(String(env.MY_TOKEN.length + 1));
  expect(await filesWith(rig, SECRET)).toEqual([]);
});

test("an environment goes from the store with the last task that needs it", async () => {
  const rig = await startDaemon();
  const { task: one } = await rig.ran("-e", "ONLY=one", "true");
  const { task: two } = await rig.ran("true");
  const { task: three } = await rig.ran("true");
  await rig.down();
  expect(await storedEnvironments(rig)).toBe(2);
  await rig.up();
  await rig.claudine("remove", `${one.id},${two.id}`);
  await rig.down();
  expect(await storedEnvironments(rig)).toBe(1);
  await rig.up();
  await rig.claudine("remove", String(three.id));
  await rig.down();
  expect(await storedEnvironments(rig)).toBe(0);
});

/** Read from the store while no daemon has it. */
async function storedEnvironments(rig: Rig): Promise<number> {
  const tables = openTables(join(rig.home.stateDir, "store"));
  const count = [...tables.envs.getKeys({})].length;
  await tables.root.close();
  return count;
}
