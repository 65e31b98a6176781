/** Socket activation and readiness against the real programs of systemd. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNotifier, listenFd } from "./systemd.ts";

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

let dir: string;
let children: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sd-"));
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(dir, { recursive: true });
});

describe("listenFd", () => {
  it("takes the first descriptor when it is meant for this process, and the variables with it", () => {
    const env = { LISTEN_PID: "77", LISTEN_FDS: "2", LISTEN_FDNAMES: "claudined:other", PATH: "/bin" };
    expect(listenFd(env, 77)).toBe(3);
    expect(env).toEqual({ PATH: "/bin" });
  });

  it.each([
    ["nothing was handed over", {}],
    ["it is another process's", { LISTEN_PID: "78", LISTEN_FDS: "1" }],
    ["the count is none", { LISTEN_PID: "77", LISTEN_FDS: "0" }],
    ["the count is no number", { LISTEN_PID: "77", LISTEN_FDS: "1x" }],
  ])("gives nothing when %s", (_why, env: Record<string, string | undefined>) => {
    expect(listenFd(env, 77)).toBeUndefined();
    expect(Object.keys(env)).toEqual([]);
  });

  it.skipIf(!has("systemd-socket-activate"))("serves on the socket that systemd listens on", async () => {
    const path = join(dir, "s");
    const program = `
      import { spawnSync } from "node:child_process";
      import { createServer } from "node:net";
      import { listenFd } from ${JSON.stringify(new URL("systemd.ts", import.meta.url).href)};
      const fd = listenFd(process.env, process.pid);
      const open = spawnSync("sh", ["-c", "(: <&3) 2>/dev/null && echo open || echo closed; echo $LISTEN_FDS"]).stdout.toString();
      createServer((socket) => { socket.end(JSON.stringify({ fd, open })); process.exitCode = 0; setImmediate(() => process.exit()); }).listen({ fd });`;
    const activate = spawn(
      "systemd-socket-activate",
      ["-l", path, process.execPath, "--input-type=module", "-e", program],
      {
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    children.push(activate);
    await untilLine(activate, /Listening on/);
    let answer = "";
    for await (const chunk of connect(path).setEncoding("utf8")) answer += String(chunk);
    expect(JSON.parse(answer)).toEqual({ fd: 3, open: "closed\n\n" });
  });
});

describe("createNotifier", () => {
  it.skipIf(!has("systemd-notify"))("sends readiness and stopping to the manager's socket", async () => {
    const path = join(dir, "n");
    const datagrams = await listen(path);
    const env = { PATH: process.env["PATH"], NOTIFY_SOCKET: path };
    const warnings: string[] = [];
    const notifier = createNotifier(env, (message) => warnings.push(message));
    expect(env).toEqual({ PATH: process.env["PATH"] });

    await notifier.notifyReady();
    await datagrams.until("READY=1");
    await notifier.notifyStopping();
    await datagrams.until("STOPPING=1");
    expect(warnings).toEqual([]);
  });

  it("does nothing when systemd did not start the daemon", async () => {
    const warnings: string[] = [];
    await createNotifier({ PATH: "/nonexistent" }, (message) => warnings.push(message)).notifyReady();
    expect(warnings).toEqual([]);
  });

  it("warns when systemd-notify is not there", async () => {
    const warnings: string[] = [];
    await createNotifier({ PATH: dir, NOTIFY_SOCKET: join(dir, "n") }, (message) =>
      warnings.push(message),
    ).notifyReady();
    expect(warnings).toEqual(["Cannot tell systemd READY=1: spawn systemd-notify ENOENT"]);
  });

  it.skipIf(!has("systemd-notify"))("warns when nobody listens", async () => {
    const warnings: string[] = [];
    const env = { PATH: process.env["PATH"], NOTIFY_SOCKET: join(dir, "n") };
    await createNotifier(env, (message) => warnings.push(message)).notifyReady();
    expect(warnings).toEqual([expect.stringMatching(/^Cannot tell systemd READY=1: .*No such file/)]);
  });
});

async function untilLine(child: ChildProcess, pattern: RegExp): Promise<void> {
  if (child.stderr === null) throw new Error("no stderr");
  for await (const line of createInterface({ input: child.stderr })) if (pattern.test(line)) return;
  throw new Error(`ended without ${String(pattern)}`);
}

/** A datagram socket such as the manager's, in Perl since Node has none. */
async function listen(path: string): Promise<{ until(text: string): Promise<void> }> {
  const program = `use IO::Socket::UNIX; $| = 1;
    my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die; print "listening\\n";
    while (defined $s->recv(my $d, 4096)) { print "$d\\n" }`;
  const child = spawn("perl", ["-e", program, path], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const until = async (text: string): Promise<void> => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) if (next.value === text) return;
    throw new Error(`the listener ended without ${text}`);
  };
  await until("listening");
  return { until };
}
