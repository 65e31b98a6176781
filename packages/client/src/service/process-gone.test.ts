import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { processGone } from "./process-gone.ts";

it("sees a process that lives, and its end", async () => {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  expect(await processGone(pid, 0)).toBe(false);
  const gone = processGone(pid, 20_000);
  child.kill("SIGKILL");
  expect(await gone).toBe(true);
});

it.runIf(process.platform === "linux")("counts a zombie as gone", async () => {
  // Perl forks a child, which ends, and does not wait for it.
  const program = `$| = 1; my $pid = fork // die; exit 0 unless $pid; print "$pid\\n"; sleep 1000`;
  const parent = spawn("perl", ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: parent.stdout }), "line");
  expect(await processGone(Number(line), 20_000)).toBe(true);
  parent.kill("SIGKILL");
  await once(parent, "exit");
});
