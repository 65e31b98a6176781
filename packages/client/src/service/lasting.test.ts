import { describe, expect, it } from "vitest";
import { isTemporary, lastingNode, requireLasting } from "./lasting.ts";

const lasting = {
  node: "/usr/bin/node",
  claudined: "/home/ada/.npm-global/lib/node_modules/claudine/dist/claudined.mjs",
};

describe("requireLasting", () => {
  it("accepts what stays", () => {
    expect(() => requireLasting(lasting, "24.0.0", "/tmp")).not.toThrow();
  });

  it.each([
    ["/home/ada/.npm/_npx/0f3c/node_modules/claudine/dist/claudined.mjs"],
    ["/home/ada/.cache/pnpm/dlx-1234/node_modules/claudine/dist/claudined.mjs"],
    ["/var/folders/zz/x/T/bunx-501-claudine/dist/claudined.mjs"],
    ["/scratch/tmp/claudine/dist/claudined.mjs"],
  ])("refuses %s with the way out", (claudined) => {
    expect(() => requireLasting({ ...lasting, claudined }, "24.0.0", "/scratch/tmp/")).toThrow(
      expect.objectContaining({
        code: "wrong_state",
        message: `Cannot install the service: ${claudined} is in a temporary folder`,
        hint: "Install Claudine for good with npm install -g claudine, then run claudine service install",
      }),
    );
  });

  it("refuses a Node that is too old or will be gone", () => {
    expect(() => requireLasting(lasting, "22.9.1", "/tmp")).toThrow("with Node 22.9.1: it needs Node 24 or newer");
    expect(() =>
      requireLasting({ ...lasting, node: "/run/user/1/fnm_multishells/1/bin/node" }, "24.0.0", "/tmp"),
    ).toThrow("/run/user/1/fnm_multishells/1/bin/node is in a temporary folder");
  });

  it("does not take a name that only begins alike for the temporary folder", () => {
    expect(isTemporary("/scratch/tmpfiles/x", "/scratch/tmp")).toBe(false);
  });
});

describe("lastingNode", () => {
  it("prefers the name that stays over an upgrade", () => {
    const cellar = "/opt/homebrew/Cellar/node/24.1.0/bin/node";
    expect(lastingNode(cellar, (path) => (path === "/opt/homebrew/bin/node" ? cellar : undefined))).toBe(
      "/opt/homebrew/bin/node",
    );
    expect(lastingNode("/home/ada/.nvm/versions/node/v24.1.0/bin/node", () => undefined)).toBe(
      "/home/ada/.nvm/versions/node/v24.1.0/bin/node",
    );
  });
});
