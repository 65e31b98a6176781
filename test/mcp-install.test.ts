/** `claudine mcp install`: files of other tools, in homes of their own. */
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { CLAUDINE } from "./support/program.ts";

const FILES = {
  claude: ".claude.json",
  codex: ".codex/config.toml",
  gemini: ".gemini/settings.json",
  cursor: ".cursor/mcp.json",
} as const;
const TOOLS = Object.keys(FILES) as (keyof typeof FILES)[];

const homeOf = (rig: Rig): string => rig.env["HOME"] ?? "";

async function put(rig: Rig, name: string, text: string): Promise<string> {
  const file = join(homeOf(rig), name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o640 });
  return file;
}

async function installed(rig: Rig, ...args: string[]) {
  const { code, stdout, stderr } = await rig.claudine("mcp", "install", ...args, "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

test.for(TOOLS)(
  "%s: what is registered starts the server, and finds the daemon with next to no environment",
  async (tool) => {
    const rig = await startDaemon();
    const { file, changed, backup, entry } = await installed(rig, tool);
    expect({ file, changed, backup }).toEqual({ file: join(homeOf(rig), FILES[tool]), changed: true, backup: null });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, "utf8");
    expect(text).toContain(CLAUDINE);
    const { command, args, env } = entry;
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StdioClientTransport({ command, args, env, cwd: "/", stderr: "ignore" }));
    const { content } = await client.callTool({ name: "status", arguments: {} });
    await client.close();
    expect(JSON.stringify(content)).toContain(String(rig.daemon?.pid));
    expect(await installed(rig, tool)).toMatchObject({ changed: false, backup: null });
    expect(await readFile(file, "utf8")).toBe(text);
  },
);

test("what is there is kept, in the file and in a copy beside it; a link stays a link", async () => {
  const rig = await startDaemon({ daemon: false });
  const before = '{\n    "numStartups": 5,\n    "mcpServers": { "other": { "command": "x" } }\n}\n';
  const target = await put(rig, "dotfiles/claude.json", before);
  const file = join(homeOf(rig), ".claude.json");
  await symlink(target, file);
  const { backup } = await installed(rig, "claude");
  expect(await readFile(backup, "utf8")).toBe(before);
  expect((await lstat(file)).isSymbolicLink()).toBe(true);
  expect((await stat(target)).mode & 0o777).toBe(0o640);
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
    numStartups: 5,
    mcpServers: { other: { command: "x" }, claudine: { type: "stdio", args: [CLAUDINE, "mcp"] } },
  });
  expect((await readdir(dirname(target))).toSorted()).toEqual(["claude.json", "claude.json.before-claudine"]);
});

test("--dry-run says what would be, and does nothing", async () => {
  const rig = await startDaemon({ daemon: false });
  const { code, stderr } = await rig.claudine("mcp", "install", "codex", "--dry-run");
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("Would register with Codex: ") });
  expect(await installed(rig, "codex", "--dry-run")).toMatchObject({
    changed: true,
    entry: { args: [CLAUDINE, "mcp"] },
  });
  expect(await readdir(homeOf(rig))).toEqual([]);
});

test.for([
  ["claude", "{ not json"],
  ["codex", "not toml ="],
  ["gemini", '{"mcpServers": 3}'],
  ["cursor", "[]"],
] as const)("%s: a file that cannot be understood is refused and left alone", async ([tool, text]) => {
  const rig = await startDaemon({ daemon: false });
  const file = await put(rig, FILES[tool], text);
  const { code, stdout, stderr } = await rig.claudine("mcp", "install", tool);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^claudine: Cannot change ${file}: .+\\n  hint: .+\\n$`));
  expect(await readFile(file, "utf8")).toBe(text);
  expect(await readdir(dirname(file))).toHaveLength(1);
});

test("the folders that the tools let one choose, and the socket that was given", async () => {
  const rig = await startDaemon({
    daemon: false,
    env: { CODEX_HOME: "/nowhere/codex", CLAUDE_CONFIG_DIR: "/nowhere/c" },
  });
  expect((await installed(rig, "codex", "--dry-run")).file).toBe("/nowhere/codex/config.toml");
  const claude = await installed(rig, "claude", "--dry-run", "--socket", "here.sock");
  expect(claude).toMatchObject({
    file: "/nowhere/c/.claude.json",
    entry: { env: { CLAUDINE_SOCKET: rig.file("here.sock"), XDG_RUNTIME_DIR: rig.env["XDG_RUNTIME_DIR"] } },
  });
});

test("a tool that is not known, and none, are refused", async () => {
  const rig = await startDaemon({ daemon: false });
  expect(await rig.claudine("mcp", "install", "vim")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("the tools are claude, codex, gemini, cursor"),
  });
  expect(await rig.claudine("mcp", "install")).toMatchObject({ code: 2 });
  expect(await rig.claudine("mcp", "instal")).toMatchObject({ code: 2, stderr: expect.stringContaining("install") });
});
