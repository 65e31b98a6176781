/** `claudine config`: the daemon's own reading of the file, without a daemon. */
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { writeConfig } from "./support/home.ts";

test("show prints what is in force, and check accepts what show prints", async () => {
  const rig = await startDaemon({ daemon: false, config: "grace: 1m30s\nlog: {level: debug}\n" });
  const shown = await rig.claudine("config", "show");
  expect(shown).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(/^slots: auto\n[^]*reserve:\n  memory: 256M\n[^]*\ngrace: 90s\n[^]*level: debug\n$/),
  });
  await writeConfig(rig.home, shown.stdout);
  expect(await rig.claudine("config", "check")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `${rig.home.configFile} is valid\n`,
  });
  expect(JSON.parse((await rig.claudine("config", "show", "--json")).stdout)).toMatchObject({
    slots: "auto",
    grace: "90s",
    sampleInterval: "1s",
  });
  expect(await rig.status()).toBeUndefined();
});

test("check tells every problem and exits with 78", async () => {
  const rig = await startDaemon({ daemon: false, config: "slot: 3\ngrace: soon\n" });
  const problems = [
    `${rig.home.configFile}: grace: "soon" is not a duration; write 90s, 15m, 1h30m or 2d`,
    `${rig.home.configFile}: unknown key "slot"; did you mean "slots"?`,
  ];
  const checked = await rig.claudine("config", "check");
  expect(checked).toMatchObject({ code: 78, stdout: "", stderr: problems.map((line) => `${line}\n`).join("") });
  const json = await rig.claudine("config", "check", "--json");
  expect(JSON.parse(json.stdout)).toEqual({ path: rig.home.configFile, valid: false, problems });
  expect(await rig.claudine("config", "show")).toMatchObject({
    code: 78,
    stderr: `claudine: ${problems[0]}\n  hint: claudine config check lists every problem\n`,
  });
});

test("path tells where it is looked for", async () => {
  const rig = await startDaemon({ daemon: false });
  expect(await rig.claudine("config", "path")).toMatchObject({ code: 0, stdout: `${rig.home.configFile}\n` });
  await writeFile(rig.home.configFile, "");
  expect(JSON.parse((await rig.claudine("config", "path", "--json")).stdout)).toEqual({
    path: rig.home.configFile,
    exists: true,
  });
});
