/** Submits while ten tasks write as fast as 100 MB/s each and a hundred clients follow them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type BenchDaemon, submitMany, withDaemon } from "../daemon.ts";
import { finding, type Row } from "../row.ts";
import { percentile } from "../stats.ts";

const WRITERS = 10;
const FOLLOWERS = 100;
const BYTES_PER_SECOND = 100_000_000;
const SUBMITS = 300;
const PAUSE_MS = 10;

export const followFanOut: Row = {
  name: "follow-fan-out",
  about: "submits while ten tasks write 100 MB/s each and a hundred clients follow",
  run: async ({ quick, newFolder }) => {
    const loaded: number[] = [];
    const quiet: number[] = [];
    await withDaemon({ dir: newFolder(), slots: WRITERS }, async (daemon) => {
      await startWriters(daemon, quick ? BYTES_PER_SECOND / 10 : BYTES_PER_SECOND);
      for (let round = 0; round < (quick ? 2 : 5); round += 1) {
        quiet.push(await submitP99(daemon));
        const followers = await startFollowers(daemon);
        loaded.push(await submitP99(daemon));
        await followers.stop();
      }
    });
    return [
      finding(
        {
          row: "follow-fan-out",
          what: `submit, p99, ${WRITERS} writers and ${FOLLOWERS} followers${quick ? " (writers at a tenth)" : ""}`,
          unit: "ms",
          goal: { of: "figure", atMost: 20 },
        },
        { ours: loaded, reference: { name: "nobody follows", figures: quiet } },
      ),
    ];
  },
};

/** A writer that keeps to its rate, a hundred times a second. */
const WRITER = `
my ($rate) = @ARGV; my $piece = ("x" x 99 . "\\n") x int($rate / 10000);
while (1) { syswrite STDOUT, $piece; select undef, undef, undef, 0.01 }`;

async function startWriters({ client }: BenchDaemon, rate: number): Promise<void> {
  const ids = await submitMany(client, ["perl", "-e", WRITER, String(rate)], { count: WRITERS });
  await client.call("task.wait", { selector: ids.map(String), for: "running" });
}

/** In a process of their own, which reads as fast as it can. */
async function startFollowers({ env }: BenchDaemon): Promise<{ stop(): Promise<void> }> {
  const program = join(import.meta.dirname, "../followers.ts");
  const child = spawn(process.execPath, [program, String(FOLLOWERS), String(WRITERS)], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return {
    async stop() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function submitP99({ client }: BenchDaemon): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < SUBMITS; call += 1) {
    const startedAt = performance.now();
    await client.call("task.submit", { env: {}, cwd: "/", umask: 0o022, tasks: [{ command: ["true"], held: true }] });
    times.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return percentile(times, 0.99);
}
