import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findNode, goOnInNode, nodeProgram } from "./node-program.ts";

test("in Node it is the Node that runs, and nothing is handed over", () => {
  expect(nodeProgram({ PATH: "/nowhere" })).toBe(process.execPath);
  goOnInNode(process.env);
});

test("the one of the build is taken while it is there, then the first on the path that can be run", () => {
  const folder = mkdtempSync(join(tmpdir(), "node-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["empty", "plain", "good"]) mkdirSync(join(folder, name));
  for (const name of ["plain", "good"]) writeFileSync(join(folder, name, "node"), "");
  chmodSync(join(folder, "good/node"), 0o755);
  const path = `relative:${folder}/empty:${folder}/plain:${folder}/good`;
  expect(findNode(process.execPath, path)).toBe(process.execPath);
  expect(findNode("/gone/node", path)).toBe(join(folder, "good/node"));
  expect(() => findNode("/gone/node", `${folder}/plain`)).toThrow(
    "Cannot find Node: /gone/node is gone, and there is no node on the PATH",
  );
  expect(() => findNode("/gone/node")).toThrow("Cannot find Node");
});
