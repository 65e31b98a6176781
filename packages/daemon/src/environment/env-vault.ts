/**
 * Keeps environments: values of secret-looking variables are sealed with AES-256-GCM under a key that lives only in
 * the runtime directory, so after a reboot nothing on the disk can be read.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { closeSync, linkSync, openSync, readFileSync, rmSync, writeSync, fsyncSync } from "node:fs";
import { join } from "node:path";
import { crashPoint } from "../running/crash-points.ts";
import type { EnvRecord } from "./env-record.ts";

const KEY_BYTES = 32;
/** Parts of names that mark a secret; matched without regard to case. */
const SECRET_PARTS = ["TOKEN", "SECRET", "KEY", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "AUTH"];

export type Env = Readonly<Record<string, string>>;

export type EnvVault = {
  /** The same environment gives the same id as long as the key lives. */
  seal(env: Env): EnvRecord;
  /** The environment, or the names whose values are gone with their key. */
  open(record: EnvRecord): { env: Env } | { lost: string[] };
};

/** Reads or makes the key file `env.key` in `runtimeDir`. */
export function createEnvVault(runtimeDir: string, secretNames: readonly string[]): EnvVault {
  const key = loadKey(join(runtimeDir, "env.key"));
  const derive = (use: string) => Buffer.from(hkdfSync("sha256", key, "", `claudine ${use}`, KEY_BYTES));
  const [sealKey, nameKey] = [derive("seal"), derive("name")];
  const keyId = createHmac("sha256", derive("id")).update("id").digest("hex").slice(0, 16);
  const parts = [...SECRET_PARTS, ...secretNames.map((name) => name.toUpperCase())];
  const isSecret = (name: string) => parts.some((part) => name.toUpperCase().includes(part));
  /** Most submits come from the same shell as the one before. */
  let last: { env: Env; record: EnvRecord } | undefined;
  return {
    seal(env) {
      if (last === undefined || !isSame(last.env, env)) {
        last = { env, record: seal(env, { isSecret, sealKey, nameKey, keyId }) };
      }
      return last.record;
    },
    open: (record) => open(record, { sealKey, keyId }),
  };
}

function isSame(a: Env, b: Env): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

type SealKeys = { isSecret: (name: string) => boolean; sealKey: Buffer; nameKey: Buffer; keyId: string };

function seal(env: Env, { isSecret, sealKey, nameKey, keyId }: SealKeys): EnvRecord {
  const entries = Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const id = createHmac("sha256", nameKey).update(JSON.stringify(entries)).digest("hex").slice(0, 32);
  const secret = entries.filter(([name]) => isSecret(name));
  const plain = Object.fromEntries(entries.filter(([name]) => !isSecret(name)));
  if (secret.length === 0) return { id, plain, sealed: null };
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", sealKey, iv);
  const data = Buffer.concat([cipher.update(JSON.stringify(secret), "utf8"), cipher.final()]);
  return { id, plain, sealed: { keyId, names: secret.map(([name]) => name), iv, tag: cipher.getAuthTag(), data } };
}

function open(
  record: EnvRecord,
  { sealKey, keyId }: Pick<SealKeys, "sealKey" | "keyId">,
): { env: Env } | { lost: string[] } {
  const { plain, sealed } = record;
  if (sealed === null) return { env: plain };
  if (sealed.keyId !== keyId) return { lost: sealed.names };
  try {
    const decipher = createDecipheriv("aes-256-gcm", sealKey, sealed.iv);
    decipher.setAuthTag(sealed.tag);
    const text = Buffer.concat([decipher.update(sealed.data), decipher.final()]).toString("utf8");
    return { env: { ...plain, ...Object.fromEntries(JSON.parse(text) as [string, string][]) } };
  } catch {
    return { lost: sealed.names };
  }
}

/** Made under another name and linked into place, so that a torn key never stands under this one. */
function loadKey(path: string): Buffer {
  const known = readKey(path);
  if (known !== undefined) return known;
  const key = randomBytes(KEY_BYTES);
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const fd = openSync(draft, "wx", 0o600);
  writeSync(fd, key);
  fsyncSync(fd);
  closeSync(fd);
  rmSync(path, { force: true });
  crashPoint("before-env-key-link");
  linkSync(draft, path);
  crashPoint("after-env-key-link");
  rmSync(draft, { force: true });
  return key;
}

function readKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length === KEY_BYTES ? key : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Empty when there is none, or when its secrets went with their key. */
export function environmentOf(record: EnvRecord | undefined, vault: Pick<EnvVault, "open">): Env {
  const opened = record === undefined ? undefined : vault.open(record);
  return opened !== undefined && "env" in opened ? opened.env : {};
}
