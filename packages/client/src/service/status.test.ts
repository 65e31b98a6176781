import { describe, expect, it } from "vitest";
import { findManager, requireManager } from "./find-manager.ts";
import type { Ended, RunProgram } from "./program.ts";
import { launchdStatus, linger, systemdStatus } from "./status.ts";

const said = (stdout: string, change: Partial<Ended> = {}): Ended => ({
  code: 0,
  stdout,
  stderr: "",
  missing: false,
  ...change,
});
const answering =
  (answers: Record<string, Ended>): RunProgram =>
  (argv) =>
    Promise.resolve(
      answers[argv[0] ?? ""] ?? said("", { code: null, missing: true, stderr: `spawn ${argv[0]} ENOENT` }),
    );

const RUNNING = `MainPID=812
Id=claudined.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled

Listen=/run/user/1000/claudine/claudined.sock (Stream)
Id=claudined.socket
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
`;
const ABSENT = `MainPID=0
Id=claudined.service
LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=

Id=claudined.socket
LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=
`;

describe("systemdStatus", () => {
  it("reads units that run", async () => {
    const run = answering({ systemctl: said(RUNNING), loginctl: said("yes\n") });
    expect(await systemdStatus(run, 1000)).toEqual({
      manager: "systemd",
      installed: true,
      enabled: true,
      active: "active (running)",
      socket: "active (running)",
      listens: "/run/user/1000/claudine/claudined.sock",
      pid: 812,
      linger: true,
    });
  });

  it("reads units that are not there", async () => {
    const run = answering({ systemctl: said(ABSENT), loginctl: said("no\n") });
    expect(await systemdStatus(run, 1000)).toEqual({
      manager: "systemd",
      installed: false,
      enabled: false,
      active: "inactive (dead)",
      socket: "inactive (dead)",
      listens: null,
      pid: null,
      linger: false,
    });
  });

  it("does not know about linger without logind", async () => {
    expect(await linger(answering({}), 1000)).toBeNull();
    const stranger = said("", { code: 1, stderr: "Failed to get user: User ID 1000 is not logged in or lingering" });
    expect(await linger(answering({ loginctl: stranger }), 1000)).toBe(false);
  });
});

describe("launchdStatus", () => {
  it("reads an agent that runs", async () => {
    const printed =
      "gui/501/com.claudine.claudined = {\n\tactive count = 1\n\tstate = running\n\n\tprogram = /usr/local/bin/node\n\tpid = 4321\n}\n";
    expect(await launchdStatus(answering({ launchctl: said(printed) }), 501)).toEqual({
      manager: "launchd",
      installed: true,
      enabled: true,
      active: "running",
      socket: null,
      listens: null,
      pid: 4321,
      linger: null,
    });
  });

  it("reads an agent that is not loaded", async () => {
    const run = answering({ launchctl: said("", { code: 113, stderr: "Could not find service" }) });
    expect(await launchdStatus(run, 501)).toMatchObject({
      installed: false,
      enabled: false,
      active: "inactive",
      pid: null,
    });
  });
});

describe("findManager", () => {
  it("finds systemd and launchd", async () => {
    expect(await findManager(answering({ systemctl: said("Version=252\n") }), "linux")).toBe("systemd");
    expect(await findManager(answering({}), "darwin")).toBe("launchd");
  });

  it("says what to do instead when there is none", async () => {
    await expect(requireManager(answering({}), "linux")).rejects.toThrow(
      expect.objectContaining({
        code: "unavailable",
        message: "Cannot use a service: this system has no systemd",
        hint: expect.stringContaining("@reboot claudine daemon start"),
      }),
    );
    const noBus = said("", { code: 1, stderr: "Failed to connect to bus: No medium found" });
    await expect(requireManager(answering({ systemctl: noBus }), "linux")).rejects.toThrow(
      expect.objectContaining({
        message: "Cannot use a service: no systemd runs for this user (Failed to connect to bus: No medium found)",
        hint: expect.stringContaining("Log in as this user"),
      }),
    );
  });
});
