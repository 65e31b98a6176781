import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEnvVault } from "./env-vault.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vault-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const env = { PATH: "/bin", MY_TOKEN: "hunter2-value", AWS_SECRET_ACCESS_KEY: "s3cr3t-value", LANG: "C" };

test("gives back what was sealed, and keeps no secret readable", () => {
  const vault = createEnvVault(dir, []);
  const record = vault.seal(env);
  expect(record.plain).toEqual({ PATH: "/bin", LANG: "C" });
  expect(record.sealed?.names).toEqual(["AWS_SECRET_ACCESS_KEY", "MY_TOKEN"]);
  expect(JSON.stringify(record) + String(record.sealed?.data.toString("latin1"))).not.toMatch(/hunter2|s3cr3t/);
  expect(vault.open(record)).toEqual({ env });
});

test("an environment that differs in one value from the one before is another", () => {
  const vault = createEnvVault(dir, []);
  const first = vault.seal(env);
  const second = vault.seal({ ...env, LANG: "D" });
  expect(vault.seal({ ...env, LANG: "D" })).toBe(second);
  expect(vault.seal(env).id).toBe(first.id);
  expect(second.id).not.toBe(first.id);
  expect(vault.open(second)).toEqual({ env: { ...env, LANG: "D" } });
});

test("the same environment has the same name, in whatever order, and another daemon of the same boot opens it", () => {
  const record = createEnvVault(dir, []).seal(env);
  const next = createEnvVault(dir, []);
  expect(next.seal(Object.fromEntries(Object.entries(env).toReversed())).id).toBe(record.id);
  expect(next.open(record)).toEqual({ env });
});

test("without the key only the names are left", () => {
  const record = createEnvVault(dir, []).seal(env);
  rmSync(join(dir, "env.key"));
  expect(createEnvVault(dir, []).open(record)).toEqual({ lost: ["AWS_SECRET_ACCESS_KEY", "MY_TOKEN"] });
});

test("a damaged record or key loses the values, not the daemon", () => {
  const record = createEnvVault(dir, []).seal(env);
  const { sealed } = record;
  if (sealed === null) throw new Error("nothing was sealed");
  const damaged = { ...record, sealed: { ...sealed, data: Buffer.from(sealed.data).fill(0, 0, 1) } };
  expect(createEnvVault(dir, []).open(damaged)).toHaveProperty("lost");
  writeFileSync(join(dir, "env.key"), "torn");
  expect(createEnvVault(dir, []).open(record)).toHaveProperty("lost");
  expect(readFileSync(join(dir, "env.key")).length).toBe(32);
});

test("names from the configuration count as secret too; the key is the user's alone", () => {
  const record = createEnvVault(dir, ["lang"]).seal(env);
  expect(record.sealed?.names).toContain("LANG");
  expect(statSync(join(dir, "env.key")).mode & 0o777).toBe(0o600);
});
