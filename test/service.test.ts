/** `claudine service` without a service manager: what can be seen and what is refused. The plans have tests of their own. */
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";

/** No systemd of a user answers here, whatever runs on this machine. */
async function lonely(): Promise<Rig> {
  return startDaemon({ daemon: false, env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" } });
}

test.runIf(process.platform === "linux")(
  "install --print shows both units with real paths and changes nothing",
  async () => {
    const rig = await lonely();
    const { code, stdout } = await rig.claudine("service", "install", "--print");
    expect(code).toBe(0);
    expect(stdout).toContain(`# ${rig.env["XDG_CONFIG_HOME"]}/systemd/user/claudined.service\n`);
    expect(stdout).toMatch(/^ExecStart=":\/.*node" "\//m);
    expect(stdout).toContain(`Environment="XDG_STATE_HOME=${rig.env["XDG_STATE_HOME"]}"\n`);
    expect(stdout).toMatch(/\/dist\/claudined\.mjs"\n/);
    expect(stdout).toContain("ListenStream=%t/claudine/claudined.sock\n");
    expect(await rig.status()).toBeUndefined();
  },
);

test.runIf(process.platform === "linux")(
  "install, uninstall and status say that there is no systemd for this user",
  async () => {
    const rig = await lonely();
    for (const verb of ["install", "uninstall"]) {
      const { code, stdout, stderr } = await rig.claudine("service", verb);
      expect({ code, stdout }).toEqual({ code: 69, stdout: "" });
      expect(stderr).toMatch(
        /^claudine: Cannot use a service: (no systemd runs for this user|this system has no systemd).*\n {2}hint: .*claudine command starts the daemon/,
      );
    }
    expect(await rig.claudine("service", "status")).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^no service: /),
    });
    expect(JSON.parse((await rig.claudine("service", "status", "--json")).stdout)).toMatchObject({
      manager: null,
      why: expect.any(String),
    });
  },
);
