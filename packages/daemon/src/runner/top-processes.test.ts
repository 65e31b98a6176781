import { spawn } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { processes, until } from "./test-rig.ts";
import { readTop } from "./top-processes.ts";

test.runIf(process.platform === "linux")(
  "the busy one and the large one are named, without their arguments",
  async () => {
    const busy = spawn("sh", ["-c", "while :; do :; done", "a-secret"], { stdio: "ignore" });
    onTestFinished(() => void busy.kill("SIGKILL"));
    await until(() => (processes.read(busy.pid ?? 0)?.own?.cpuMs ?? 0) > 0, "the busy process");
    const isBusy = ({ pid }: { pid: number }) => pid === busy.pid;
    let found = await readTop(processes, 100);
    // On a machine with more to do it may have had no turn between the two looks, or a smaller one than eight others.
    while (!found.byCpu.some(isBusy)) found = await readTop(processes, 100);
    expect(found.byCpu.find(isBusy)).toMatchObject({
      name: "sh",
      cpuPercent: expect.any(Number),
    });
    expect(found.byCpu.length).toBeLessThanOrEqual(8);
    expect(found.byMemory.length).toBeLessThanOrEqual(8);
    expect(found.byMemory[0]?.rssBytes).toBeGreaterThan(1e6);
    expect(JSON.stringify(found)).not.toContain("a-secret");
  },
);
