/** Metrics for Prometheus: printed, and served to this machine where the configuration says so. */
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("they are printed, with what ran since the daemon started", async () => {
  const rig = await startDaemon();
  await rig.ran("true");
  await rig.ran("exit 3");
  const { code, stdout } = await rig.claudine("metrics");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# HELP claudine_build_info /);
  expect(stdout).toContain('claudine_runs_finished_total{group="default",state="failed"} 1\n');
  expect(stdout).toContain('claudine_run_wait_seconds_bucket{le="+Inf"} 2\n');
  expect(JSON.parse((await rig.claudine("metrics", "--json")).stdout)).toMatchObject({
    contentType: "text/plain; version=0.0.4; charset=utf-8",
  });
});

test("they are served where it is configured, and to this machine alone", async () => {
  const port = await freePort();
  const rig = await startDaemon({ config: `metrics: { listen: "127.0.0.1:${port}" }\n` });
  await rig.ran("true");
  const url = `http://127.0.0.1:${port}`;
  const answer = await fetch(`${url}/metrics`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ]);
  expect(await answer.text()).toContain('claudine_runs_finished_total{group="default",state="succeeded"} 1\n');
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: "POST", body: "x" })).status).toBe(405);
  const asked = request({ port, host: "127.0.0.1", path: "/metrics", headers: { host: "evil.example" } }).end();
  const [rebound] = (await once(asked, "response")) as [{ statusCode: number; resume(): void }];
  rebound.resume();
  expect(rebound.statusCode).toBe(403);
  expect((await rig.claudine("doctor")).stdout).toContain(`Served on ${url}/metrics`);
});

test("without a word in the configuration nothing listens", async () => {
  const rig = await startDaemon();
  expect((await rig.claudine("doctor")).stdout).not.toContain("metrics");
});

test("a port that is in use is said, and the daemon goes on", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const rig = await startDaemon({ config: `metrics: { listen: "127.0.0.1:${port}" }\n` });
  expect((await rig.ran("echo on")).stdout).toBe("on\n");
  expect((await rig.claudine("doctor")).stdout).toContain(
    `Cannot serve metrics on 127.0.0.1:${port}: the port is in use`,
  );
});

test.for([
  ["0.0.0.0:9464", "only this machine may read the metrics"],
  ["192.0.2.1:9464", "only this machine may read the metrics"],
  ["[::]:9464", "only this machine may read the metrics"],
  ["example.com:9464", "only this machine may read the metrics"],
  ["9464", "expected an address and a port, as 127.0.0.1:9464"],
  ["127.0.0.1:99999", "expected an address and a port, as 127.0.0.1:9464"],
])("the configuration refuses %s", async ([listen, says]) => {
  const rig = await startDaemon({ daemon: false, config: `metrics: { listen: "${listen}" }\n` });
  const { code, stdout, stderr } = await rig.claudine("config", "check");
  expect(code).not.toBe(0);
  expect(`${stdout}${stderr}`).toContain(`metrics.listen: ${says}`);
});
