/** CPU and memory of running tasks with their whole tree, and the totals of ended ones. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const BURN = join(import.meta.dirname, "fixtures/burn.mjs");
const MIB = 2 ** 20;

/** A process of this size, which burns nothing. */
const HOLD = `node -e "globalThis.held = Buffer.alloc(80 * 2 ** 20, 1); console.log('held'); setInterval(() => {}, 1e6)"`;

test("a task that is busy for a moment has CPU time and memory", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("node", BURN, "30");
  expect(task.usage.cpuMs).toBeGreaterThanOrEqual(30);
  expect(task.usage.cpuMs).toBeCloseTo(task.usage.userMs + task.usage.systemMs, 3);
  expect(task.usage.wallMs).toBeGreaterThan(0);
  expect(task.usage.peakRssBytes).toBeGreaterThan(10 * MIB);
});

test("one that is over before any sample has the kernel's totals, and nothing of it is 0", async () => {
  const rig = await startDaemon({ config: "sampleInterval: 1h\n" });
  const { task } = await rig.ran("sh -c 'head -c 3000000 /dev/zero | od | tail -n 1' > out; cat out; sync out");
  for (const name of ["cpuMs", "wallMs", "peakRssBytes", "avgRssBytes", "writeBytes", "processes", "threads"] as const)
    expect([name, task.usage[name]]).toEqual([name, expect.toSatisfy((value: number) => value > 0)]);
  if (process.platform === "linux") {
    expect(task.usage.readOps).toBeGreaterThan(10);
    expect(task.usage.writeOps).toBeGreaterThan(10);
    expect(task.usage.voluntarySwitches).toBeGreaterThan(0);
  }
  const { task: large } = await rig.ran("node", "-e", "Buffer.alloc(80 * 2 ** 20, 1)");
  expect(large.usage.peakRssBytes).toBeGreaterThan(80 * MIB);
});

describe.for(["perl", "node"])("with the %s shim", (shim) => {
  const env = { CLAUDINE_SHIM: shim };

  test("a running task shows what its grandchildren use", async () => {
    const rig = await startDaemon({ env, config: "sampleInterval: 100ms\n" });
    const id = await rig.submit(
      `sh -c '${HOLD} & sh -c "while :; do :; done"' & setsid sh -c 'while :; do :; done' & wait`,
    );
    const client = await rig.client();
    const task = await until("busy processes and 80 MiB to be seen", async () => {
      const [seen] = (await client.call("host.read", {})).live;
      const now = await rig.show(id);
      const areThere = (seen?.processes ?? 0) >= 4;
      return areThere && (now.rssBytes ?? 0) > 80 * MIB && (now.cpuPercent ?? 0) > 5 ? now : undefined;
    });
    expect(task.usage.peakRssBytes).toBeGreaterThanOrEqual(task.rssBytes ?? 0);
    const { stdout } = await rig.claudine("list", "--json");
    expect(JSON.parse(stdout)).toMatchObject([{ id, cpuPercent: expect.any(Number), rssBytes: expect.any(Number) }]);
    const { live, host } = await client.call("host.read", {});
    expect(live).toMatchObject([{ id, processes: expect.any(Number), usage: { peakRssBytes: expect.any(Number) } }]);
    expect(live[0]?.processes).toBeGreaterThanOrEqual(4);
    expect(host).toMatchObject({ cores: expect.any(Number), memTotalBytes: expect.any(Number) });
    expect(await rig.claudine("kill", String(id))).toMatchObject({ code: 0 });
    const ended = await rig.show(id);
    expect(ended).toMatchObject({ cpuPercent: null, rssBytes: null });
    expect(ended.usage.cpuMs).toBeGreaterThanOrEqual(task.usage.cpuMs);
    expect(task.usage.cpuMs).toBeGreaterThan(0);
    expect(ended.usage.peakRssBytes).toBeGreaterThan(80 * MIB);
    expect(ended.usage.avgRssBytes).toBeGreaterThan(0);
    expect(ended.usage.avgRssBytes).toBeLessThanOrEqual(ended.usage.peakRssBytes);
  });
});

test("CPU time of children that were waited for is counted, user and system apart", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran(`node ${BURN} 150; node ${BURN} 150`);
  expect(task.usage.cpuMs).toBeGreaterThanOrEqual(300);
  const { task: copying } = await rig.ran("dd if=/dev/zero of=/dev/null bs=1M count=2000 2>/dev/null");
  expect(copying.usage.systemMs).toBeGreaterThan(0);
});

test("totals are kept with each run and outlive the daemon", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran(`node ${BURN} 60`);
  await rig.down();
  await rig.up();
  expect((await rig.show(task.id)).usage).toEqual(task.usage);
  await rig.claudine("retry", String(task.id));
  await rig.ended(task.id);
  const shown = JSON.parse((await rig.claudine("show", String(task.id), "--json")).stdout) as {
    runs: { usage: unknown }[];
  };
  expect(shown.runs[0]?.usage).toEqual(task.usage);
});

test("an idle task uses nothing, and its figures are there", async () => {
  const rig = await startDaemon({ config: "sampleInterval: 100ms\n" });
  const id = await rig.submit("exec sleep 1000");
  const task = await until("a sample", async () => {
    const now = await rig.show(id);
    return now.cpuPercent === null ? undefined : now;
  });
  expect(task.rssBytes).toBeGreaterThan(0);
  await until("it to be idle", async () => (await rig.show(id)).cpuPercent === 0);
});
