/** Entries in JSON files of others. */
import { describe, expect, test } from "vitest";
import { editJson } from "./json-edit.ts";

const ENTRY = { command: "/node", args: ["/claudine", "mcp"], env: { XDG_RUNTIME_DIR: "/run/user/7" } };
const edit = (text: string, comments = false, entry: Record<string, unknown> = ENTRY): string =>
  editJson(text, { file: "f.json", path: ["mcpServers", "claudine"], entry, comments });

describe("editJson", () => {
  test.for(["", "  \n", "{}", '{"mcpServers":{}}'])("makes what is missing in %j", (text) => {
    expect(JSON.parse(edit(text))).toEqual({ mcpServers: { claudine: ENTRY } });
  });

  test("keeps comments and layout", () => {
    const text = '{\n\t// mine\n\t"theme" :  "dark",\n\t"mcpServers": {\n\t\t"other": {\n"url":"x"\n\t\t},\n\t},\n}\n';
    const after = edit(text, true);
    expect(after).toContain('{\n\t// mine\n\t"theme" :  "dark",\n\t"mcpServers": {\n\t\t"other": {\n"url":"x"\n');
    expect(after).toContain('\n\t\t"claudine": {\n\t\t\t"command": "/node"');
  });

  test("is done once", () => {
    const once = edit('{"a":1}');
    expect(edit(once)).toBe(once);
    const compact = JSON.stringify({ mcpServers: { claudine: ENTRY } });
    expect(edit(compact)).toBe(compact);
  });

  test("replaces an older entry and keeps what was added to it by hand", () => {
    const old = { command: "/old", args: [], trust: true, env: { XDG_STATE_HOME: "/gone", EDITOR: "ed" } };
    const after = JSON.parse(edit(JSON.stringify({ mcpServers: { claudine: old } })));
    expect(after.mcpServers.claudine).toEqual({ ...ENTRY, trust: true, env: { EDITOR: "ed", ...ENTRY.env } });
  });

  test.for([
    ['{"a":1', /f\.json: CloseBraceExpected in line 1$/],
    ['{\n"a":1,,}', /in line 2$/],
    ["// comment\n{}", /InvalidCommentToken in line 1$/],
    ['{"a":1,}', /in line 1$/],
    ["[]", /it is no JSON object$/],
    ['{"mcpServers":[]}', /its mcpServers is no object$/],
    ["\0\0", /in line 1$/],
  ] as const)("refuses %j", ([text, says]) => {
    expect(() => edit(text)).toThrow(says);
  });
});
