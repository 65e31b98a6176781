/** A task that uses more memory than it may is ended, and says so. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

/** More than it may, and no more than a machine has that is slow to notice it. */
const HOG = "const kept = []; setInterval(() => kept.length < 20 && kept.push(Buffer.alloc(20e6, 1)), 5)";

test("what uses too much is ended with the reason, and its children with it", async () => {
  const rig = await startDaemon({ config: "sampleInterval: 100ms\nautoscale: off\n" });
  const client = await rig.client();
  const { ids } = await client.call("task.submit", {
    env: { PATH: process.env["PATH"] ?? "" },
    cwd: "/",
    umask: 0o022,
    tasks: [
      { command: ["sh", "-c", `node -e '${HOG}' & wait`], needs: { memoryMaxBytes: 200 * 2 ** 20 } },
      { command: ["sh", "-c", "sleep 1; exit 3"], needs: { memoryMaxBytes: 200 * 2 ** 20 } },
    ],
  });
  const [hog = 0, modest = 0] = ids;
  expect(await rig.ended(hog)).toMatchObject({
    state: "failed",
    reason: expect.stringMatching(/^used \d+M of memory, and may use 200M: ended by SIGKILL$/),
  });
  expect(await rig.ended(modest)).toMatchObject({ state: "failed", exitCode: 3 });
});
