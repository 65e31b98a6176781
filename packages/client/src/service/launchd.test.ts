import { parse } from "plist";
import { describe, expect, it } from "vitest";
import { agentFile, planInstall, planUninstall } from "./launchd.ts";
import { sampleFacts } from "./sample-facts.ts";
import { describeStep } from "./step.ts";

const PATH = "/home/ada/Library/LaunchAgents/com.claudine.claudined.plist";

describe("agentFile", () => {
  it("is a property list that keeps tasks alive and starts the daemon again after a crash only", () => {
    const { path, text } = agentFile(sampleFacts());
    expect(path).toBe(PATH);
    expect(parse(text)).toEqual({
      Label: "com.claudine.claudined",
      ProgramArguments: ["/usr/bin/node", "/usr/lib/node_modules/claudine/dist/claudined.mjs"],
      EnvironmentVariables: {},
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 5,
      AbandonProcessGroup: true,
      ExitTimeOut: 15,
      ProcessType: "Interactive",
      Umask: 0o077,
      StandardErrorPath: "/home/ada/.local/state/claudine/claudined.log",
    });
  });

  it("escapes paths and hands on the folders that the shell's environment chose", () => {
    const node = "/Users/a&b <c>/node";
    const { text } = agentFile(sampleFacts({ programs: { node, claudined: "/x" }, env: { XDG_STATE_HOME: "/s & t" } }));
    expect(parse(text)).toMatchObject({
      ProgramArguments: [node, "/x"],
      EnvironmentVariables: { XDG_STATE_HOME: "/s & t" },
    });
  });
});

describe("plans", () => {
  it("loads the agent anew", () => {
    expect(planInstall(sampleFacts({ uid: 501, daemon: { pid: 9, ofService: false } })).map(describeStep)).toEqual([
      `write ${PATH}`,
      "run launchctl bootout gui/501/com.claudine.claudined (may fail)",
      "run launchctl enable gui/501/com.claudine.claudined",
      "stop the daemon with pid 9; its tasks go on",
      `run launchctl bootstrap gui/501 ${PATH}`,
    ]);
  });

  it("unloads it and removes its file", () => {
    expect(planUninstall(sampleFacts({ uid: 501 })).map(describeStep)).toEqual([
      "run launchctl bootout gui/501/com.claudine.claudined (may fail)",
      `remove ${PATH}`,
    ]);
  });
});
