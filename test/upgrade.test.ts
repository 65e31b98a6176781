/** `daemon restart` in a loop under load: no event and no output byte is lost or repeated, and every exit code is right. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@claudine/client";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const RESTARTS = 6;

/** The numbers of all events, as they come. */
function collectEvents(client: Client): { seqs: number[]; stop(): void } {
  const ended = new AbortController();
  const seqs: number[] = [];
  const collect = async () => {
    for await (const { events } of client.events({ since: 0, signal: ended.signal }))
      seqs.push(...events.map(({ seq }) => seq));
  };
  collect().catch(() => {});
  return { seqs, stop: () => ended.abort() };
}

/** Submits one after the other until told to stop. @returns how those have to end that were acknowledged */
async function submitMany(rig: Rig, isOver: () => boolean): Promise<Map<number, number>> {
  const acknowledged = new Map<number, number>();
  for (let number = 0; !isOver(); number += 1) {
    const exitCode = number % 5;
    const { code, stdout, stderr } = await rig.claudine("submit", `echo $CLAUDINE_TASK_ID >> ran; exit ${exitCode}`);
    if (code === 0) acknowledged.set(Number(stdout), exitCode);
    // The one thing that may happen: it was taken or not, and the client says that it cannot tell.
    else expect(stderr).toMatch(/Cannot tell whether task\.submit happened/);
  }
  return acknowledged;
}

test("clients follow, wait, subscribe and submit through restarts as if there were none", async () => {
  const rig = await startDaemon({ config: "slots: 4\n" });
  const id = await rig.submit(
    "i=0; until [ -e go ]; do i=$((i + 1)); echo line $i; sleep 0.001; done; echo end; exit 3",
  );
  const { pid } = await rig.started(id);
  const follows = [rig.open(["follow", String(id)]), rig.open(["logs", "-f", String(id)])];
  const wait = rig.open(["wait", "--for", "success", String(id)]);
  const events = collectEvents(await rig.client({ autostart: true }));
  let over = false;
  const submits = submitMany(rig, () => over);
  const pids = new Set<number>();
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    const { code, stdout, stderr } = await rig.claudine("daemon", "restart", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    pids.add((JSON.parse(stdout) as { pid: number }).pid);
    const seen = events.seqs.length;
    await until("events after the restart", () => events.seqs.length > seen);
  }
  expect(pids.size).toBe(RESTARTS);
  over = true;
  const acknowledged = await submits;
  expect(await rig.show(id)).toMatchObject({ state: "running", pid, attempt: 1 });
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(id)).toMatchObject({ exitCode: 3 });

  const output = await readFile(join(rig.home.stateDir, `runs/0/${id}.1.stdout`), "utf8");
  expect(output).toMatch(/^line 1\n[^]*\nend\n$/);
  for (const follow of follows) expect((await follow.ended).stdout === output).toBe(true);
  expect((await follows[0]?.ended)?.code).toBe(3);
  expect(await wait.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("exit code 3") });

  for (const [task, exitCode] of acknowledged) expect(await rig.ended(task)).toMatchObject({ exitCode, attempt: 1 });
  await rig.claudine("wait", "all");
  const ran = (await readFile(rig.file("ran"), "utf8")).trimEnd().split("\n").map(Number);
  expect(new Set(ran).size).toBe(ran.length);
  expect(ran).toEqual(expect.arrayContaining([...acknowledged.keys()]));

  const client = await rig.client();
  const { lastSeq } = await client.call("daemon.status", {});
  await until("the last event", () => events.seqs.at(-1) === lastSeq);
  events.stop();
  expect(events.seqs).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
});
