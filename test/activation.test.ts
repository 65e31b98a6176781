/** Socket activation and readiness of the whole daemon, with systemd's own programs. */
import { spawnSync } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { CLAUDINED, start } from "./support/program.ts";
import { until } from "./support/until.ts";

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

test.skipIf(!has("systemd-socket-activate"))(
  "serves on the socket it is handed, and leaves it to its owner",
  async () => {
    const rig = await startDaemon({ daemon: false });
    await mkdir(rig.home.runtimeDir, { mode: 0o700 });
    const activate = () => {
      const setenv = Object.keys(rig.env).flatMap((name) => ["-E", name]);
      const args = [...setenv, "-l", rig.home.socket, process.execPath, CLAUDINED];
      return start("systemd-socket-activate", { args, env: rig.env, cwd: "/" });
    };
    const activated = activate();
    await until("it to listen", () => activated.stderr().includes("Listening on"));
    const { ino } = await stat(rig.home.socket);
    const { task, stdout } = await rig.ran("env | grep -c LISTEN_; ls -l /proc/$$/fd | grep -c socket");
    expect({ stdout, state: task.state }).toEqual({ stdout: "0\n0\n", state: "failed" });
    expect((await rig.status())?.pid).toBe(activated.pid);
    expect(await rig.claudine("daemon", "stop")).toMatchObject({ code: 0 });
    expect(await activated.ended).toMatchObject({ code: 0 });
    expect((await stat(rig.home.socket)).ino).toBe(ino);
  },
);

test.skipIf(!has("systemd-notify"))("says READY=1 once it answers, and STOPPING=1", async () => {
  const rig = await startDaemon({ daemon: false });
  const path = `${rig.home.dir}/notify`;
  const program = `use IO::Socket::UNIX; $| = 1;
    my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die; print "listening\\n";
    while (defined $s->recv(my $d, 4096)) { print "$d\\n" }`;
  const manager = start("/usr/bin/perl", { args: ["-e", program, path], env: rig.env, cwd: "/" });
  await until("the manager to listen", () => manager.stdout().includes("listening"));
  await rig.up({ NOTIFY_SOCKET: path });
  await until("READY=1", () => manager.stdout().includes("READY=1"));
  const { stdout } = await rig.ran("echo ${NOTIFY_SOCKET-none}");
  expect(stdout).toBe("none\n");
  await rig.down();
  await until("STOPPING=1", () => manager.stdout().includes("STOPPING=1"));
});
