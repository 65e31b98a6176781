import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Word } from "./frame.ts";
import { openRig, PATH } from "./test-rig.ts";

const printWords = "for word; do printf '%s\\0' \"$word\"; done";

describe.each(["perl", "node"] as const)("a task started by the %s shim", (kind) => {
  test("gets its words byte for byte", async () => {
    const rig = await openRig(kind);
    const words = ["", "a b", "two\nlines", "ü", "--", "$HOME", "*", "'\"\\", "K=V", ""];
    rig.start("1.1", ["sh", "-c", printWords, "sh", ...words]);
    expect(await rig.ended("1.1")).toMatchObject({ state: "ended", exit: { kind: "exited", exitCode: 0 } });
    expect(Buffer.from(rig.stdout("1.1"), "latin1").toString("utf8")).toBe(words.map((word) => `${word}\0`).join(""));
  });

  test("gets words that are not UTF-8, or is refused with the reason", async () => {
    const rig = await openRig(kind);
    const word: Word = Buffer.from([0xff, 0x0a, 0xfe, 0x80]);
    rig.start("1.1", ["sh", "-c", printWords, "sh", word]);
    const record = await rig.ended("1.1");
    if (kind === "perl") expect(rig.stdout("1.1")).toBe("\xff\n\xfe\x80\0");
    else expect(record).toMatchObject({ state: "failed", step: "exec", errno: "EILSEQ" });
  });

  test("gets a megabyte of words and variables", async () => {
    const rig = await openRig(kind);
    const chunk = "x".repeat(100_000);
    const env = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`BIG${n}`, chunk]));
    rig.start(
      "1.1",
      ["sh", "-c", 'printf %s "$*$BIG0$BIG4" | wc -c', "sh", ...Array.from({ length: 6 }, () => chunk)],
      { env: { PATH, ...env } },
    );
    rig.start("2.1", ["true"]);
    await rig.ended("2.1");
    await rig.ended("1.1");
    expect(Number(rig.stdout("1.1"))).toBe(800_005);
  });

  test("gets exactly its environment", async () => {
    const rig = await openRig(kind);
    const env = { PATH, EMPTY: "", "odd name": "1", EQUALS: "a=b=c", LINES: "x\ny", OVER: "base", UMLAUT: "ü" };
    rig.start("1.1", ["env", "-0"], { env, extraEnv: { OVER: "own" } });
    rig.start("2.1", ["env", "-0"], { env: { PATH, ONLY: "this" }, extraEnv: {} });
    await rig.ended("1.1");
    await rig.ended("2.1");
    const seen = Buffer.from(rig.stdout("1.1"), "latin1").toString("utf8").split("\0").filter(Boolean);
    expect(seen.sort()).toEqual(
      Object.entries({ ...env, OVER: "own" })
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    );
    expect(rig.stdout("2.1").split("\0").filter(Boolean).sort()).toEqual([`ONLY=this`, `PATH=${PATH}`]);
  });

  test("runs in its folder, with its umask, output files for its user only", async () => {
    const rig = await openRig(kind);
    mkdirSync(join(rig.dir, "räum"));
    rig.start("1.1", ["sh", "-c", "pwd -P; umask; : >made"], { cwd: join(rig.dir, "räum"), umask: 0o027 });
    await rig.ended("1.1");
    expect(Buffer.from(rig.stdout("1.1"), "latin1").toString("utf8")).toMatch(/\/räum\n0*027\n$/);
    expect(statSync(join(rig.dir, "räum/made")).mode & 0o777).toBe(0o640);
    rig.start("2.1", ["true"], { umask: 0 });
    await rig.ended("2.1");
    for (const name of ["2.1.out", "2.1.err", "2.1.record"])
      expect(statSync(join(rig.dir, name)).mode & 0o777).toBe(0o600);
  });

  test("leads a session of its own, with signals as new and no descriptor but three", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", [
      "sh",
      "-c",
      "cut -d' ' -f1,5,6 /proc/$$/stat; grep -E 'Sig(Blk|Ign)' /proc/self/status; readlink /proc/$$/fd/0; ls /proc/$$/fd",
    ]);
    await rig.ended("1.1");
    const [ids = "", blocked, ignored, stdin, ...fds] = rig.stdout("1.1").split("\n");
    expect(new Set(ids.split(" ")).size).toBe(1);
    for (const line of [blocked, ignored]) expect(line).toMatch(/\t0+$/);
    expect(stdin).toBe("/dev/null");
    if (kind === "perl") expect(fds).toEqual(["0", "1", "2", ""]);
  });

  test("appends to output that is there", async () => {
    const rig = await openRig(kind);
    writeFileSync(join(rig.dir, "1.1.out"), "before\n");
    rig.start("1.1", ["sh", "-c", "echo out; echo err >&2"]);
    await rig.ended("1.1");
    expect(rig.stdout("1.1")).toBe("before\nout\n");
    expect(readFileSync(join(rig.dir, "1.1.err"), "utf8")).toBe("err\n");
  });

  test.each([0, 1, 42, 127, 255])("has its exit code %i on record", async (exitCode) => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", `exit ${exitCode}`]);
    expect(await rig.ended("1.1")).toMatchObject({ state: "ended", exit: { kind: "exited", exitCode } });
    await expect.poll(() => rig.facts).toContainEqual({ type: "changed", runKey: "1.1" });
  });

  test.each(["SIGHUP", "SIGINT", "SIGKILL", "SIGUSR1", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGXFSZ", "SIGFPE"])(
    "that dies of %s has it on record",
    async (signal) => {
      const rig = await openRig(kind);
      rig.start("1.1", ["sh", "-c", `ulimit -c 0; kill -${signal.slice(3)} $$; sleep 60`]);
      expect(await rig.ended("1.1")).toMatchObject({
        state: "ended",
        exit: { kind: "signalled", signal, coreDumped: false },
      });
    },
  );

  test.runIf(kind === "perl" && /^[^|/]/.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8")))(
    "that dumps core has it on record",
    async () => {
      const rig = await openRig(kind);
      rig.start("1.1", ["sh", "-c", "ulimit -c unlimited; kill -ABRT $$"]);
      expect(await rig.ended("1.1")).toMatchObject({
        exit: { kind: "signalled", signal: "SIGABRT", coreDumped: true },
      });
    },
  );

  test("that is missing, is not executable or is no program could not start", async () => {
    const rig = await openRig(kind);
    const plain = join(rig.dir, "plain");
    writeFileSync(plain, "echo $0 $1\n");
    rig.start("1.1", ["no-such-command", "x"]);
    rig.start("2.1", [plain]);
    rig.start("3.1", [""]);
    rig.start("4.1", [rig.dir]);
    expect(await rig.ended("1.1")).toEqual({ state: "failed", step: "exec", errno: "ENOENT", path: "no-such-command" });
    expect(await rig.ended("2.1")).toEqual({ state: "failed", step: "exec", errno: "EACCES", path: plain });
    expect(await rig.ended("3.1")).toMatchObject({ state: "failed", step: "exec" });
    expect(await rig.ended("4.1")).toMatchObject({ state: "failed", step: "exec", errno: "EACCES" });
    // execvp itself hands a text without a first line that says how to /bin/sh, as env(1), nohup(1) and shells do
    chmodSync(plain, 0o755);
    rig.start("5.1", [plain, "arg"]);
    await rig.ended("5.1");
    expect(rig.stdout("5.1")).toBe(`${plain} arg\n`);
  });

  test("finds its program in its own PATH and by its own folder", async () => {
    const rig = await openRig(kind);
    mkdirSync(join(rig.dir, "bin"));
    writeFileSync(join(rig.dir, "bin/own-tool"), "#!/bin/sh\necho found\n", { mode: 0o755 });
    rig.start("1.1", ["own-tool"], { env: { PATH: join(rig.dir, "bin") } });
    rig.start("2.1", ["./bin/own-tool"]);
    rig.start("3.1", ["own-tool"]);
    await rig.ended("1.1");
    await rig.ended("2.1");
    expect(rig.stdout("1.1") + rig.stdout("2.1")).toBe("found\nfound\n");
    expect(await rig.ended("3.1")).toMatchObject({ state: "failed", errno: "ENOENT" });
  });

  test("whose folder is missing, is a file or has a strange name says so", async () => {
    const rig = await openRig(kind);
    const strange = join(rig.dir, "100% \u001b[31m ü");
    writeFileSync(join(rig.dir, "file"), "");
    rig.start("1.1", ["true"], { cwd: strange });
    rig.start("2.1", ["true"], { cwd: join(rig.dir, "file") });
    expect(await rig.ended("1.1")).toEqual({ state: "failed", step: "chdir", errno: "ENOENT", path: strange });
    expect(await rig.ended("2.1")).toMatchObject({ state: "failed", step: "chdir", errno: "ENOTDIR" });
  });

  test("whose output or input cannot be opened says so and does not run", async () => {
    const rig = await openRig(kind);
    const touch = ["sh", "-c", ": >ran"] as const;
    rig.start("1.1", [...touch], { stdoutPath: join(rig.dir, "no/out") });
    rig.start("2.1", [...touch], { stderrPath: rig.dir });
    rig.start("3.1", [...touch], { stdinPath: join(rig.dir, "no-input") });
    expect(await rig.ended("1.1")).toMatchObject({ state: "failed", step: "stdout", errno: "ENOENT" });
    expect(await rig.ended("2.1")).toMatchObject({ state: "failed", step: "stderr", errno: "EISDIR" });
    expect(await rig.ended("3.1")).toMatchObject({ state: "failed", step: "stdin", errno: "ENOENT" });
    expect(existsSync(join(rig.dir, "ran"))).toBe(false);
  });

  test("reads a file given as its input", async () => {
    const rig = await openRig(kind);
    writeFileSync(join(rig.dir, "input"), "from a file", { mode: 0o400 });
    rig.start("1.1", ["cat"], { stdinPath: join(rig.dir, "input") });
    await rig.ended("1.1");
    expect(rig.stdout("1.1")).toBe("from a file");
  });

  test("has its usage on record where the system tells it", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", "sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'"]);
    const record = await rig.ended("1.1");
    if (record.state !== "ended") throw new Error(`The run is ${record.state}`);
    if (kind === "node") return expect(record.usage).toBeUndefined();
    expect(record.usage?.userUs).toBeGreaterThan(5000);
    expect(record.usage?.maxRssBytes).toBeGreaterThan(100_000);
    expect(record.endedAt).toBeGreaterThanOrEqual(record.startedAt);
  });
});
