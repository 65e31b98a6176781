/** The answer to a submit never precedes the flush: seen from outside, in the system calls of the daemon. */
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { CLAUDINED, start } from "./support/program.ts";
import { until } from "./support/until.ts";

/** There may be no strace, and containers may forbid it. */
const canTrace = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;
const CALLS = ["write", "writev", "sendto", "sendmsg", "pwrite64", "pwritev", "fdatasync", "fsync", "msync"];

type Call = { name: string; text: string; begin: number; end: number };

/** The calls in the order in which they began; `begin` and `end` are places in the trace. */
function parseTrace(trace: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  for (const [place, line] of trace.split("\n").entries()) {
    const [, pid = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. (\w+) resumed>/.exec(rest);
    if (resumed !== null) {
      const call = open.get(pid);
      if (call !== undefined) Object.assign(call, { end: place, text: call.text + rest });
      continue;
    }
    const name = /^(\w+)\(/.exec(rest)?.[1];
    if (name === undefined) continue;
    const call = { name, text: rest, begin: place, end: place };
    if (rest.endsWith("<unfinished ...>")) open.set(pid, { ...call, end: Number.POSITIVE_INFINITY });
    calls.push(open.get(pid)?.begin === place ? (open.get(pid) ?? call) : call);
  }
  return calls;
}

const isStore = ({ text }: Call) => text.includes("/store/data.mdb>");

test("the record is written, then flushed, and only then is the submit answered", async ({ skip }) => {
  if (!canTrace) skip("strace is not installed or may not trace");
  const rig = await startDaemon({ daemon: false });
  const file = rig.file("trace");
  const options = ["-f", "-y", "-s", "70000", "-e", "signal=none", "-e", `trace=${CALLS.join(",")}`, "-o", file];
  const tracer = start("strace", { args: [...options, process.execPath, CLAUDINED], env: rig.env, cwd: "/" });
  await until("the daemon to answer", () => rig.status());
  const client = await rig.client();
  const submit = async (): Promise<string> => {
    const tasks = [{ command: ["true"], held: true }];
    const { uids } = await client.call("task.submit", { env: {}, cwd: "/", umask: 0o22, tasks });
    return uids[0] ?? "";
  };
  const uids = [await submit(), await submit(), ...(await Promise.all(Array.from({ length: 30 }, submit)))];
  await client.call("daemon.stop", {});
  await tracer.ended;
  const calls = parseTrace(await readFile(file, "utf8"));
  for (const uid of uids) {
    const answer = calls.find(({ name, text }) => !name.startsWith("p") && text.includes(uid) && text.includes("uids"));
    const page = calls.find((call) => isStore(call) && call.text.includes(uid));
    const flush = calls.find(
      (call) => call.name === "fdatasync" && isStore(call) && call.begin > (page?.end ?? Infinity),
    );
    expect(flush?.text).toMatch(/= 0$/);
    // Then the mark by which the commit counts after a power cut, through a descriptor that flushes each write.
    const mark = calls.find(
      (call) => call.name === "pwrite64" && isStore(call) && call.begin > (flush?.end ?? Infinity),
    );
    expect(mark?.text).toMatch(/= 128$/);
    expect(mark?.end).toBeLessThan(answer?.begin ?? 0);
  }
});
