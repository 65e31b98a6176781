/** Tables in TOML files of others. */
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { editToml } from "./toml-edit.ts";

const ENTRY = { command: "/node", args: ["/claudine", "mcp"], env: { XDG_RUNTIME_DIR: "/run/user/7" } };
const edit = (text: string): string =>
  editToml(text, { file: "config.toml", path: ["mcp_servers", "claudine"], entry: ENTRY });

const OTHERS = `model = "gpt"   # mine

[mcp_servers.other]
command = "other"
args = [
  "one", # two
]

[profiles."a.b"]
x = 1`;

describe("editToml", () => {
  test("makes the table in an empty file", () => {
    expect(parse(edit(""))).toEqual(
      parse(`[mcp_servers.claudine]
command = "/node"
args = ["/claudine", "mcp"]
[mcp_servers.claudine.env]
XDG_RUNTIME_DIR = "/run/user/7"`),
    );
  });

  test("adds it at the end and leaves the rest alone", () => {
    expect(edit(`${OTHERS}\n`).startsWith(`${OTHERS}\n\n[mcp_servers.claudine]\n`)).toBe(true);
  });

  test("replaces an older one with what belongs to it, and keeps what was added by hand and the comments of others", () => {
    const old = `[ mcp_servers . "claudine" ]
command = "/old"
tool_timeout_sec = 600
[mcp_servers.claudine.env]
XDG_STATE_HOME = "/gone"
EDITOR = "ed"
`;
    const after = edit(`${old}\n# of the next\n${OTHERS.replace('model = "gpt"   # mine', "[first]")}\n`);
    expect(after).toContain("# of the next\n[first]");
    expect(parse(after)).toMatchObject({
      mcp_servers: {
        other: { command: "other" },
        claudine: { ...ENTRY, tool_timeout_sec: 600, env: { EDITOR: "ed", ...ENTRY.env } },
      },
    });
    expect(after).not.toContain("/gone");
  });

  test("is done once", () => {
    const once = edit(OTHERS);
    expect(edit(once)).toBe(once);
    const inline = `[mcp_servers]\nclaudine = ${'{ command = "/node", args = ["/claudine", "mcp"], env = { XDG_RUNTIME_DIR = "/run/user/7" } }'}`;
    expect(edit(inline)).toBe(inline);
  });

  test.for([
    ["a = ", /^Cannot change config\.toml: /],
    ["mcp_servers = 3", /in a form that cannot be changed without a risk$/],
    ['mcp_servers = { claudine = { command = "x" } }', /in a form that cannot be changed/],
    ['[mcp_servers]\nclaudine.command = "x"', /in a form that cannot be changed/],
    [`note = """\n[mcp_servers.claudine]\nthe rest\n"""`, /in a form that cannot be changed/],
  ] as const)("refuses %j", ([text, says]) => {
    expect(() => edit(text)).toThrow(says);
  });
});
