/** Files that tasks leave in $CLAUDINE_ARTIFACTS: listed, fetched, kept and swept as their output is. */
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Artifact } from "@claudine/protocol/artifact";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const folderOf = (rig: Rig, id: number, run = 1) => join(rig.home.stateDir, `runs/0/${id}.${run}.artifacts`);
const isThere = async (path: string) => (await lstat(path).catch(() => undefined)) !== undefined;

async function listed(rig: Rig, ...words: string[]): Promise<Artifact[]> {
  const { code, stdout, stderr } = await rig.claudine("artifacts", "--json", ...words);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { files: Artifact[] }).files;
}
const names = (files: readonly Artifact[]) => files.map(({ name }) => name);

test.for(["perl", "node"])(
  "a folder is there when the task starts, and nothing is listed when nothing is in it (%s)",
  async (shim) => {
    const rig = await startDaemon({ env: { CLAUDINE_SHIM: shim } });
    const { task, stdout } = await rig.ran('stat -c "%a %F" "$CLAUDINE_ARTIFACTS"; ls -A "$CLAUDINE_ARTIFACTS"');
    expect({ state: task.state, stdout }).toEqual({ state: "succeeded", stdout: "700 directory\n" });
    expect(await rig.claudine("artifacts", "last")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "No artifacts of task 1\n",
    });
    const { task: inner } = await rig.ran(`${process.execPath} -e 'console.log(process.env.CLAUDINE_ARTIFACTS)'`);
    expect(await rig.output(inner.id)).toBe(`${folderOf(rig, inner.id)}\n`);
  },
);

test("an empty folder goes from run to run, but not one with a file, with other rights, or of whom somebody is left", async () => {
  const rig = await startDaemon({ config: "slots: 1\n", env: { CLAUDINE_SHIM: "perl" } });
  const inode = async (command = "true") =>
    (await rig.ran(`stat -c %i "$CLAUDINE_ARTIFACTS"; ls -A "$CLAUDINE_ARTIFACTS"; ${command}`)).stdout.trim();
  const first = await inode();
  expect(await inode('touch "$CLAUDINE_ARTIFACTS/.hidden"')).toBe(first);
  const second = await inode('chmod 755 "$CLAUDINE_ARTIFACTS"');
  expect(second).not.toBe(first);
  await inode("sleep 1000 > /dev/null 2>&1 &");
  const folders = async () =>
    (await readdir(join(rig.home.stateDir, "runs/0"))).filter((name) => name.endsWith(".artifacts")).toSorted();
  expect(await folders()).toEqual(["2.1.artifacts", "3.1.artifacts", "4.1.artifacts"]);
  expect(names(await listed(rig, "2"))).toEqual([".hidden"]);
  await inode();
  expect(await folders()).toEqual(["2.1.artifacts", "3.1.artifacts", "4.1.artifacts", "5.1.artifacts"]);
});

test("what a process left behind writes stays with its run, wherever it went", async () => {
  const rig = await startDaemon({ config: "slots: 2\n", env: { CLAUDINE_SHIM: "perl" } });
  const go = rig.file("go");
  const writes = (name: string) => `until test -e "${go}"; do sleep 0.05; done; echo late > ${name}`;
  const [inside, outside] = ['cd "$CLAUDINE_ARTIFACTS"', "cd /"];
  await rig.ran(`${inside}; setsid -f sh -c '${writes("late")}' > /dev/null 2>&1`);
  await rig.ran(`${outside}; setsid -f sh -c '${writes('"$CLAUDINE_ARTIFACTS/late"')}' > /dev/null 2>&1`);
  await rig.ran(`${outside}; sh -c '${writes('"$CLAUDINE_ARTIFACTS/late"')}' > /dev/null 2>&1 &`);
  const later = await rig.submit(`touch "${go}"; sleep 1000`);
  const lateOf = async (id: number) => names(await listed(rig, `${id}`));
  for (const id of [1, 2, 3]) await until(`task ${id} to have it`, async () => (await lateOf(id)).length > 0);
  expect(await Promise.all([1, 2, 3, later].map(lateOf))).toEqual([["late"], ["late"], ["late"], []]);
});

test.for(["setsid -f sleep 1000 > /dev/null 2>&1", "sleep 1000 > /dev/null 2>&1 &"])(
  "an orphan that was there before a run holds no folder of later ones up (%s)",
  async (leaving) => {
    const rig = await startDaemon({ config: "slots: 1\n", env: { CLAUDINE_SHIM: "perl" } });
    const inode = async (command = "true") =>
      (await rig.ran(`stat -c %i "$CLAUDINE_ARTIFACTS"; ${command}`)).stdout.trim();
    const left = await inode(leaving);
    const first = await inode();
    expect(first).not.toBe(left);
    expect(await inode()).toBe(first);
    expect(await isThere(folderOf(rig, 1))).toBe(true);
  },
);

test("are listed by name, size and time, in show too, and fetched one by one or all", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran(
    'cd "$CLAUDINE_ARTIFACTS"; mkdir -p report/img; echo hello > report/index.html; printf "\\000\\377\\n" > report/img/a.png; echo b > "a b"',
  );
  const id = `${task.id}`;
  expect(await listed(rig, id)).toEqual([
    { name: "a b", kind: "file", bytes: 2, modifiedAt: expect.any(Number) },
    { name: "report/img/a.png", kind: "file", bytes: 3, modifiedAt: expect.any(Number) },
    { name: "report/index.html", kind: "file", bytes: 6, modifiedAt: expect.any(Number) },
  ]);
  expect((await rig.claudine("artifacts", id)).stdout).toMatch(/^SIZE +WRITTEN +ARTIFACT\n +2B +\d{4}-.* +a b\n/);
  expect((await rig.claudine("artifacts", "-q", id)).stdout).toBe("a b\nreport/img/a.png\nreport/index.html\n");
  const { stdout } = await rig.claudine("show", id);
  expect(stdout).toMatch(/SIZE +WRITTEN +ARTIFACT\n +2B .* a b\n/);
  const shown = JSON.parse((await rig.claudine("show", "--json", id)).stdout) as { artifacts: object };
  expect(shown.artifacts).toMatchObject({ files: [{ name: "a b" }, {}, {}], more: false });
  expect((await rig.claudine("artifacts", id, "report/img/a.png")).stdoutBytes).toEqual(Buffer.from([0, 255, 10]));

  expect(await rig.claudine("artifacts", id, "-o", "out")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("3 files"),
  });
  expect(await readFile(rig.file("out/report/index.html"), "utf8")).toBe("hello\n");
  expect(await readFile(rig.file("out/report/img/a.png"))).toEqual(Buffer.from([0, 255, 10]));
  const again = await rig.claudine("artifacts", id, "a b", "-o", "out");
  expect(again).toMatchObject({ code: 71, stderr: expect.stringContaining("there is something of that name already") });
  expect((await rig.claudine("artifacts", id, "a b", "-o", "out", "--force")).code).toBe(0);
});

test("--force takes nothing away before the new one is there, and a fetch that is killed leaves no file of that name", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran('cd "$CLAUDINE_ARTIFACTS"; truncate -s 10G big; echo new > folder');
  await mkdir(rig.file("out/folder"), { recursive: true });
  await writeFile(rig.file("out/none"), "mine\n");
  const fetch = (name: string, ...words: string[]) =>
    rig.claudine("artifacts", `${task.id}`, name, "-o", "out", ...words);
  expect(await fetch("none", "--force")).toMatchObject({ code: 66 });
  expect(await fetch("folder", "--force")).toMatchObject({
    code: 71,
    stderr: expect.stringContaining("a folder is in"),
  });
  expect((await readdir(rig.file("out"))).toSorted()).toEqual(["folder", "none"]);
  expect(await readFile(rig.file("out/none"), "utf8")).toBe("mine\n");
  const killed = rig.open(["artifacts", `${task.id}`, "big", "-o", "out"]);
  await until("it to begin", async () => (await readdir(rig.file("out"))).length > 2);
  process.kill(killed.pid, "SIGKILL");
  await killed.ended;
  expect(await isThere(rig.file("out/big"))).toBe(false);
});

test("each run has its own, and one that goes on has those that are there already", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran('echo $CLAUDINE_RUN > "$CLAUDINE_ARTIFACTS/which"; exit 1');
  await rig.claudine("retry", `${task.id}`);
  await rig.ended(task.id);
  expect((await rig.claudine("artifacts", `${task.id}`, "which")).stdout).toBe("2\n");
  expect((await rig.claudine("artifacts", `${task.id}`, "which", "--run", "1")).stdout).toBe("1\n");
  const id = await rig.submit('echo early > "$CLAUDINE_ARTIFACTS/early"; exec sleep 1000');
  await until("it to be listed", async () => (await listed(rig, `${id}`)).length === 1);
  expect((await rig.claudine("artifacts", `${id}`, "early")).stdout).toBe("early\n");
});

test("what is no file is named and not fetched, and nothing outside of the folder is ever read", async () => {
  const rig = await startDaemon();
  await writeFile(rig.file("secret"), "secret\n");
  await mkdir(rig.file("elsewhere"));
  await writeFile(rig.file("elsewhere/inner"), "inner\n");
  const { task } = await rig.ran(
    `cd "$CLAUDINE_ARTIFACTS"; ln -s "${rig.file("secret")}" link; ln -s "${rig.file("elsewhere")}" folder; mkfifo pipe; ln -s pipe to-pipe
     echo x > "$(printf 'new\\nline')"; echo y > "$(printf 'bad\\377name')"; echo ok > ok; ln -s ../.. up
     ${process.execPath} -e 'require("net").createServer().listen("sock", () => process.kill(process.pid, "SIGKILL"))'; true`,
  );
  const id = `${task.id}`;
  expect((await listed(rig, id)).map(({ name, kind }) => [name, kind])).toEqual([
    ["bad\ufffdname", "misnamed"],
    ["folder", "link"],
    ["link", "link"],
    ["new\nline", "file"],
    ["ok", "file"],
    ["pipe", "fifo"],
    ["sock", "socket"],
    ["to-pipe", "link"],
    ["up", "link"],
  ]);
  expect((await rig.claudine("artifacts", id)).stdout).toContain("new⏎line\n");
  const fetched = await rig.claudine("artifacts", id, "-o", "out");
  expect(fetched.code).toBe(0);
  expect((await readdir(rig.file("out"))).toSorted()).toEqual(["new\nline", "ok"]);
  expect(fetched.stderr).toContain("Not fetched: pipe, a FIFO\n");
  const asked = async (name: string) => (await rig.claudine("artifacts", id, name)).stderr.split("\n")[0];
  expect(await asked("link")).toContain("it is a symbolic link");
  expect(await asked("folder/inner")).toContain("a link is in its path");
  expect(await asked("pipe")).toContain("it is a FIFO");
  expect(await asked("up/1.1.stdout")).toContain("a link is in its path");
  for (const name of ["../1.1.stdout", "/etc/passwd", "ok/../../1.1.stdout", "./ok", "a//b", ".."])
    expect(await asked(name)).toContain("that is no name of one");
  expect(await asked("none")).toContain("there is none of that name");
  expect(await asked("ok/none")).toContain("there is none of that name");
});

test("a link or a file in the place of the folder gives nothing, and goes with the task", async () => {
  const rig = await startDaemon();
  await mkdir(rig.file("elsewhere"));
  await writeFile(rig.file("elsewhere/inner"), "inner\n");
  const { task } = await rig.ran(`rmdir "$CLAUDINE_ARTIFACTS"; ln -s "${rig.file("elsewhere")}" "$CLAUDINE_ARTIFACTS"`);
  expect(await listed(rig, `${task.id}`)).toEqual([]);
  expect((await rig.claudine("artifacts", `${task.id}`, "inner")).stderr).toContain("a link is in its path");
  await rig.claudine("remove", `${task.id}`);
  await until("the link to be gone", async () => !(await isThere(folderOf(rig, task.id))));
  expect(await readFile(rig.file("elsewhere/inner"), "utf8")).toBe("inner\n");
});

test("a large file with holes comes in pieces and keeps its holes", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran(
    'cd "$CLAUDINE_ARTIFACTS"; truncate -s 100M big; printf end >> big; seq 1 1000000 > numbers',
  );
  expect((await rig.claudine("artifacts", `${task.id}`, "-o", "out")).code).toBe(0);
  const { size, blocks } = await stat(rig.file("out/big"));
  expect(size).toBe(100 * 2 ** 20 + 3);
  expect(blocks * 512).toBeLessThan(2 ** 20);
  const original = await readFile(join(folderOf(rig, task.id), "numbers"));
  expect((await readFile(rig.file("out/numbers"))).equals(original)).toBe(true);
});

test(
  "a hundred thousand files in folders: pages in the order of names, each once, and gone with the task",
  { timeout: 600_000 },
  async () => {
    const rig = await startDaemon();
    const { task } = await rig.ran(
      `cd "$CLAUDINE_ARTIFACTS"; ${process.execPath} -e '
      const fs = require("fs");
      for (let folder = 0; folder < 10; folder += 1) {
        fs.mkdirSync("d" + folder);
        for (let file = 0; file < 10000; file += 1) fs.writeFileSync("d" + folder + "/" + file, "");
      }'`,
    );
    const client = await rig.client();
    const seen: string[] = [];
    for (let after: string | null = ""; after !== null;) {
      const page: { files: readonly Artifact[]; next: string | null } = await client.call("artifact.list", {
        id: task.id,
        after,
        limit: 9999,
      });
      seen.push(...names([...page.files]));
      after = page.next;
    }
    expect(seen.length).toBe(100_000);
    expect(new Set(seen).size).toBe(100_000);
    expect(seen).toEqual(seen.toSorted((a, b) => (a < b ? -1 : 1)));
    expect((await rig.claudine("show", `${task.id}`)).stdout).toContain("There are more: claudine artifacts 1\n");
    await rig.claudine("remove", `${task.id}`);
    expect((await rig.claudine("daemon", "status")).code).toBe(0);
    await until("the files to be gone", async () => !(await isThere(folderOf(rig, task.id))), 300_000);
  },
);

test("count as output: clean --dry-run says how much, and they are swept with it, read-only folders too", async () => {
  const rig = await startDaemon({ config: "output: { keep: 0s, keepLast: 1 }\n" });
  const { task } = await rig.ran(
    'cd "$CLAUDINE_ARTIFACTS"; mkdir -p a/b; head -c 1000000 /dev/urandom > a/b/data; chmod 500 a/b a; sleep 0.1',
  );
  const preview = JSON.parse((await rig.claudine("clean", "--dry-run", "--json")).stdout) as {
    output: { bytes: number };
  };
  expect(preview.output.bytes).toBeGreaterThan(1_000_000);
  // The last one is kept; with another it is not the last any more.
  await rig.ran('echo new > "$CLAUDINE_ARTIFACTS/new"');
  await until("the older one to be swept", async () => !(await isThere(folderOf(rig, task.id))));
  expect(await listed(rig, `${task.id}`)).toEqual([]);
  expect(names(await listed(rig, "2"))).toEqual(["new"]);
});

test("maxTotal counts them, and the folder of a run that goes on stays", async () => {
  const rig = await startDaemon({ config: "output: { maxTotal: 1M, keepLast: 0, compressAfter: 1s }\n" });
  const id = await rig.submit('head -c 3000000 /dev/urandom > "$CLAUDINE_ARTIFACTS/own"; exec sleep 1000');
  await until("it to be written", async () => (await listed(rig, `${id}`))[0]?.bytes === 3_000_000);
  const other = await rig.submit('head -c 3000000 /dev/urandom > "$CLAUDINE_ARTIFACTS/big"');
  await rig.ended(other);
  await until("that of the ended one to be swept", async () => !(await isThere(folderOf(rig, other))));
  expect(names(await listed(rig, `${id}`))).toEqual(["own"]);
});

test("doctor does not take them for strays", async () => {
  const rig = await startDaemon();
  await rig.ran('echo x > "$CLAUDINE_ARTIFACTS/x"');
  const { code, stdout } = await rig.claudine("doctor");
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringContaining("artifacts") });
});

test.for([
  { words: ["1", "--run", "2"], code: 66, says: "Cannot list the artifacts of run 2 of task 1: it has had 1 run" },
  { words: ["7"], code: 66, says: "Cannot list the artifacts of task 7: there is no such task" },
  { words: ["1", "x", "y"], code: 2, says: "" },
  { words: ["1", "--run", "0"], code: 2, says: "--run" },
  { words: ["1", "", "-o", "out"], code: 2, says: "no name of an artifact" },
  { words: ["1", "x", "-o", "file"], code: 71, says: "a file is in its place" },
  { words: [], code: 2, says: "TASK" },
])("refuses $words", async ({ words, code, says }) => {
  const rig = await startDaemon();
  await rig.ran('echo x > "$CLAUDINE_ARTIFACTS/x"');
  await writeFile(rig.file("file"), "");
  await symlink("x", rig.file("y"));
  const ended = await rig.claudine("artifacts", ...words);
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: expect.stringContaining(says) });
  expect(ended.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
});
