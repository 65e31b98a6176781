import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyPlan, type Ports } from "./apply.ts";
import { programRunner } from "./program.ts";
import { run, type Step, tryRun } from "./step.ts";

let dir: string;
let done: string[];
let ports: Ports;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "apply-"));
  done = [];
  ports = {
    run: programRunner(process.env),
    stopDaemon: (pid) => {
      done.push(`stopped ${pid}`);
      return Promise.resolve();
    },
    before: (step) => {
      done.push(step.kind);
    },
  };
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("applyPlan", () => {
  it("writes whole files with their mode, runs programs and stops the daemon, in order", async () => {
    const path = join(dir, "a/b/unit");
    const steps: Step[] = [
      { kind: "write", path, text: "old", mode: 0o600 },
      { kind: "write", path, text: "new", mode: 0o644 },
      { kind: "stop-daemon", pid: 7 },
      run("cp", path, join(dir, "copy")),
      { kind: "remove", path },
      { kind: "remove", path },
    ];
    await applyPlan(steps, ports);
    expect(done).toEqual(["write", "write", "stop-daemon", "stopped 7", "run", "remove", "remove"]);
    expect(readFileSync(join(dir, "copy"), "utf8")).toBe("new");
    expect(statSync(join(dir, "copy")).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(dir, "a/b"))).toEqual([]);
  });

  it("goes on after a step that may fail and stops at one that may not", async () => {
    const steps = [
      tryRun("false"),
      run("sh", "-c", "echo 'Unit not found' >&2; exit 5"),
      run("touch", join(dir, "never")),
    ];
    await expect(applyPlan(steps, ports)).rejects.toThrow(
      expect.objectContaining({
        code: "os",
        message: "Cannot run sh -c 'echo '\\''Unit not found'\\'' >&2; exit 5': Unit not found",
      }),
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  it("says which file could not be written", async () => {
    writeFileSync(join(dir, "file"), "");
    const steps: Step[] = [{ kind: "write", path: join(dir, "file/unit"), text: "", mode: 0o644 }];
    await expect(applyPlan(steps, ports)).rejects.toThrow(/^Cannot write .*\/file\/unit: E(EXIST|NOTDIR)/);
  });

  it("says that a program is missing", async () => {
    await expect(applyPlan([run(join(dir, "systemctl"))], ports)).rejects.toThrow(/ENOENT/);
  });
});
