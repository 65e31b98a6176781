import { spawn } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { processes } from "./test-rig.ts";
import { readTop } from "./top-processes.ts";

test.runIf(process.platform === "linux")(
  "the busy one and the large one are named, without their arguments",
  async () => {
    const busy = spawn("sh", ["-c", "while :; do :; done", "a-secret"], { stdio: "ignore" });
    onTestFinished(() => void busy.kill("SIGKILL"));
    const found = await readTop(processes, 100);
    expect(found.byCpu.length).toBeLessThanOrEqual(8);
    expect(found.byMemory.length).toBeLessThanOrEqual(8);
    // Others may be busier, and for a moment it may not have its turn.
    const isOwn = ({ pid }: { pid: number }) => pid === busy.pid || pid === process.pid;
    const own = { ...processes, list: () => processes.list().filter(isOwn) };
    const seen = async () => (await readTop(own, 100)).byCpu.find(({ pid }) => pid === busy.pid);
    await expect.poll(seen).toMatchObject({ name: "sh", cpuPercent: expect.any(Number) });
    expect(found.byMemory[0]?.rssBytes).toBeGreaterThan(1e6);
    expect(JSON.stringify(found)).not.toContain("a-secret");
  },
);
