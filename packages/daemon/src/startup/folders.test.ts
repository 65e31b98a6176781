import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Paths } from "@claudine/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareFolders } from "./folders.ts";

let dir = "";
let paths: Paths;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "folders-"));
  const at = (name: string) => join(dir, name);
  paths = {
    runtimeDir: at("r"),
    socket: at("r/sock"),
    stateDir: at("s"),
    configDir: at("c"),
    configFile: at("c/config.yaml"),
    logFile: at("s/log"),
  };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const uid = process.getuid?.() ?? 0;
const prepare = () => prepareFolders(paths, uid);
const place = (name: string) => {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return path;
};

test("makes folders that only their owner can look into, also where they were open", () => {
  mkdirSync(paths.runtimeDir);
  chmodSync(paths.runtimeDir, 0o777);
  prepare();
  for (const name of ["r", "r/stdin", "s", "s/runs"]) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o700);
});

test.each(["r", "s", "s/runs", "r/stdin", "s/lock", "s/store"])(
  "refuses a file or a link where the folder %s belongs",
  (name) => {
    const path = place(name);
    const refused = expect.objectContaining({ code: "permission", message: `Cannot use ${path}: it is not a folder` });
    writeFileSync(path, "precious");
    expect(prepare).toThrow(refused);
    expect(readFileSync(path, "utf8")).toBe("precious");
    rmSync(path);
    mkdirSync(join(dir, "elsewhere"));
    symlinkSync(join(dir, "elsewhere"), path);
    expect(prepare).toThrow(refused);
  },
);

test.each(["r/env.key", "s/starting", "s/store/data.mdb", "s/store/lock.mdb"])(
  "refuses a folder, a FIFO or a link where the file %s belongs",
  (name) => {
    const path = place(name);
    const refused = expect.objectContaining({ code: "permission", message: `Cannot use ${path}: it is not a file` });
    mkdirSync(path);
    expect(prepare).toThrow(refused);
    rmSync(path, { recursive: true });
    execFileSync("mkfifo", [path]);
    expect(prepare).toThrow(refused);
    rmSync(path);
    symlinkSync("/dev/null", path);
    expect(prepare).toThrow(refused);
  },
);

test("never replaces what is not a socket", async () => {
  const refused = expect.objectContaining({
    code: "permission",
    message: expect.stringContaining("it is not a socket"),
  });
  writeFileSync(place("r/sock"), "precious");
  expect(prepare).toThrow(refused);
  expect(existsSync(paths.socket)).toBe(true);
  rmSync(paths.socket);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(paths.socket, resolve));
  prepare();
  server.close();
});

test("refuses folders of somebody else", () => {
  mkdirSync(paths.stateDir);
  expect(() => prepareFolders(paths, uid + 1)).toThrow(
    expect.objectContaining({ code: "permission", message: expect.stringContaining(`belongs to user ${uid}`) }),
  );
});

test("refuses a socket path that the kernel would cut", () => {
  paths.socket = `/${"x".repeat(107)}`;
  expect(prepare).toThrow(expect.objectContaining({ code: "config_invalid" }));
});
