import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Facts } from "./facts.ts";
import { sampleFacts } from "./sample-facts.ts";
import { describeStep } from "./step.ts";
import { planInstall, planUninstall, unitFiles } from "./systemd.ts";

const told = (facts: Facts) => planInstall(facts).map(describeStep);
const UNITS = "/home/ada/.config/systemd/user";
const WRITTEN = [`write ${UNITS}/claudined.service`, `write ${UNITS}/claudined.socket`];
const ENABLED = [
  "run systemctl --user daemon-reload",
  "run systemctl --user enable claudined.socket claudined.service",
  "run systemctl --user reset-failed claudined.socket claudined.service (may fail)",
];

describe("planInstall", () => {
  it("writes the units, enables them and starts the socket before the service", () => {
    expect(told(sampleFacts())).toEqual([
      ...WRITTEN,
      ...ENABLED,
      "run systemctl --user start claudined.socket",
      "run systemctl --user start claudined.service",
    ]);
  });

  it("stops the daemon that a client started before systemd listens on its path", () => {
    expect(told(sampleFacts({ daemon: { pid: 41, ofService: false } }))).toEqual([
      ...WRITTEN,
      ...ENABLED,
      "stop the daemon with pid 41; its tasks go on",
      "run systemctl --user start claudined.socket",
      "run systemctl --user start claudined.service",
    ]);
  });

  it("restarts the daemon that is the service already, for the new files to count", () => {
    expect(told(sampleFacts({ daemon: { pid: 41, ofService: true } })).slice(-2)).toEqual([
      "run systemctl --user start claudined.socket",
      "run systemctl --user restart claudined.service",
    ]);
  });

  it("writes where the user's units are when XDG_CONFIG_HOME says so", () => {
    const env = { XDG_RUNTIME_DIR: "/run/user/1000", XDG_CONFIG_HOME: "/cfg" };
    expect(unitFiles(sampleFacts({ env })).map(({ path }) => path)).toEqual([
      "/cfg/systemd/user/claudined.service",
      "/cfg/systemd/user/claudined.socket",
    ]);
  });

  it.each<[string, Partial<Facts>]>([
    ["XDG_RUNTIME_DIR is not set", { env: {} }],
    ["it listens on /run/user/7/claudine/claudined.sock", { env: { XDG_RUNTIME_DIR: "/run/user/7" } }],
  ])("is refused when %s", (why, change) => {
    expect(() => planInstall(sampleFacts(change))).toThrow(why);
  });
});

describe("planUninstall", () => {
  it("takes the socket down first and removes both files", () => {
    expect(planUninstall(sampleFacts()).map(describeStep)).toEqual([
      "run systemctl --user disable --now claudined.socket (may fail)",
      "run systemctl --user disable --now claudined.service (may fail)",
      `remove ${UNITS}/claudined.service`,
      `remove ${UNITS}/claudined.socket`,
      "run systemctl --user daemon-reload",
      "run systemctl --user reset-failed claudined.socket claudined.service (may fail)",
    ]);
  });
});

describe("unitFiles", () => {
  const service = (change: Partial<Facts> = {}) => unitFiles(sampleFacts(change))[0]?.text ?? "";

  it("starts the daemon by full paths and leaves no word of the template", () => {
    expect(service()).toContain('\nExecStart=":/usr/bin/node" "/usr/lib/node_modules/claudine/dist/claudined.mjs"\n');
    expect(service()).not.toMatch(/^[^#]*@/m);
    expect(service()).not.toMatch(/^Environment=/m);
  });

  it("hands on the folders that the shell's environment chose", () => {
    const env = {
      XDG_RUNTIME_DIR: "/run/user/1000",
      XDG_STATE_HOME: "/my state/100%",
      XDG_CONFIG_HOME: "relative",
      TOKEN: "x",
    };
    expect(service({ env }).match(/^Environment=.*$/gm)).toEqual(['Environment="XDG_STATE_HOME=/my state/100%%"']);
  });

  it("refuses a Node that systemd would not start", () => {
    expect(() => unitFiles(sampleFacts({ programs: { node: "/it's/node", claudined: "/x" } }))).toThrow(
      "quote or backslash in its path: /it's/node",
    );
  });

  it.skipIf(spawnSync("systemd-analyze", ["--version"]).error !== undefined).each([
    ["plain", "claudine", "claudined.mjs"],
    ["awkward", "my $HOME ${HOME} 100%i", 'it\'s \\o "x".mjs'],
  ])("passes systemd-analyze verify with %s paths", (_kind, folder, file) => {
    const dir = mkdtempSync(join(tmpdir(), "units-"));
    try {
      const node = join(dir, folder, "node");
      mkdirSync(join(dir, folder));
      symlinkSync(process.execPath, node);
      const env = { XDG_RUNTIME_DIR: dir, XDG_STATE_HOME: join(dir, folder) };
      const files = unitFiles(sampleFacts({ env, programs: { node, claudined: join(dir, folder, file) } }));
      const paths = files.map(({ path }) => join(dir, basename(path)));
      files.forEach(({ text }, index) => writeFileSync(paths[index] ?? "", text));
      const verified = spawnSync("systemd-analyze", ["--user", "verify", "--man=no", ...paths], {
        encoding: "utf8",
        env: { ...process.env, XDG_RUNTIME_DIR: dir, HOME: dir, SYSTEMD_LOG_LEVEL: "info" },
      });
      // Known from version 254 on, and passed over before.
      const said = (verified.stderr + verified.stdout).replace(/^.*Unknown key (name )?'DelegateSubgroup'.*\n/m, "");
      expect(said).toBe("");
      expect(verified.status).toBe(0);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
