/** A daemon that was killed with -9 while 200 tasks ran: until the next one has taken all of them up. */
import { startDaemon, submitMany } from "../daemon.ts";
import { alternate, finding, type Row } from "../row.ts";

const RUNNING = 200;

export const adoption: Row = {
  name: "adoption",
  about: "start to first answer after kill -9, with 200 running tasks to be taken up",
  run: async ({ quick, newFolder }) => {
    const [ours, none]: number[][] = [[], []];
    await alternate(quick ? 2 : 5, [
      async () => void ours?.push(await measure(newFolder(), RUNNING)),
      async () => void none?.push(await measure(newFolder(), 0)),
    ]);
    return [
      finding(
        { row: "adoption", what: `ready with ${RUNNING} running tasks`, unit: "ms" },
        { ours: ours ?? [], reference: { name: "nothing running", figures: none ?? [] } },
      ),
    ];
  },
};

/** The socket answers only when every run has been compared with what is alive. */
async function measure(dir: string, running: number): Promise<number> {
  const first = await startDaemon({ dir, slots: RUNNING });
  if (running > 0) {
    await submitMany(first.client, ["sleep", "3600"], { count: running });
    await first.client.call("task.wait", { selector: ["all"], for: "running" });
  }
  await first.kill();
  const second = await startDaemon({ dir, slots: RUNNING });
  const { counts } = await second.client.call("daemon.status", {});
  await second.stop();
  if (counts.running !== running) throw new Error(`${counts.running} of ${running} tasks were taken up`);
  return second.readyMs;
}
