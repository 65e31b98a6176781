/** `claudine move` and `claudine switch`: places in the line. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";

const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;

/** Tasks a to e (2 to 6) wait in a line behind a task that runs. */
async function inLine(): Promise<Rig> {
  const rig = await startDaemon({ config: "slots: 1\n" });
  await rig.started(await rig.submit(untilFile("go")));
  for (const name of ["a", "b", "c", "d", "e"]) await rig.submit(`printf ${name} >> order`);
  return rig;
}

async function orderOf(rig: Rig): Promise<string> {
  await writeFile(rig.file("go"), "");
  expect(await rig.claudine("wait", "all", "--for", "success")).toMatchObject({ code: 0 });
  return readFile(rig.file("order"), "utf8");
}

test.for([
  ["move 5 6 --front", "Moved tasks 5 and 6", "deabc"],
  ["move 2 3 --back", "Moved tasks 2 and 3", "cdeab"],
  ["move 6 --before 3", "Moved task 6", "aebcd"],
  ["switch 2 6", "Switched tasks 2 and 6", "ebcda"],
])("%s", async ([words = "", said, order]) => {
  const rig = await inLine();
  expect(await rig.claudine(...words.split(" "))).toMatchObject({ code: 0, stdout: "", stderr: `${said}\n` });
  expect(await orderOf(rig)).toBe(order);
});

test("places are kept over a restart of the daemon, and another change builds on them", async () => {
  const rig = await inLine();
  await rig.claudine("move", "6", "--front");
  await rig.down("SIGKILL");
  await rig.up();
  await rig.claudine("move", "5", "--front");
  await rig.claudine("switch", "2", "3");
  expect(await orderOf(rig)).toBe("debac");
});

test("what does not wait has no place", async () => {
  const rig = await inLine();
  const refused = async (words: string, code: number, text: string) => {
    const ended = await rig.claudine(...words.split(" "));
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(/^claudine: .+\n( {2}hint: .+\n)?$/);
    expect(ended.stderr).toContain(text);
  };
  await refused("move 1 --front", 1, "Cannot move task 1: it is running");
  await refused("move 2 1 --front", 1, "Cannot move task 1: it is running");
  await refused("move 2 --before 1", 1, "it is running");
  await refused("move 2 --before 99", 66, "there is no such task");
  await refused("switch 2 1", 1, "it is running");
  await refused("switch 2 99", 66, "there is no such task");
  await refused("switch 2", 2, "switch needs OTHER");
  await refused("move 2", 2, "say where to");
  await refused("move 2 --front --back", 2, "only one place");
  expect(await orderOf(rig)).toBe("abcde");
});
