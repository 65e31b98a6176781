/** Finds what is not UTF-8 behind text that Node has already changed. Loaded when a replacement character (U+FFFD) turns up. */
import { isUtf8 } from "node:buffer";
import { readFileSync, readlinkSync } from "node:fs";

/** The first of the process's last `count` arguments that is not UTF-8, with its bytes spelled out. */
export function changedArgument(count: number): string | undefined {
  const words = entries("/proc/self/cmdline").slice(-count);
  const changed = words.find((word) => !isUtf8(word));
  return changed === undefined ? undefined : spelled(changed);
}

/** The first variable whose name or value is not UTF-8. */
export function changedVariable(): string | undefined {
  const changed = entries("/proc/self/environ").find(
    (entry) => !isUtf8(entry) && !entry.toString("latin1").startsWith("PWD="),
  );
  return changed === undefined ? undefined : spelled(changed).split("=")[0];
}

/** The working directory when its path is not UTF-8. */
export function changedFolder(): string | undefined {
  const path = bytesOf(() => readlinkSync("/proc/self/cwd", { encoding: "buffer" }));
  return path === undefined || isUtf8(path) ? undefined : spelled(path);
}

/** The number of the first line that is not UTF-8. */
export function changedLine(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, from);
    const end = newline === -1 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(from, end))) break;
    from = end + 1;
  }
  return line;
}

/** Empty where the system does not tell: then nothing is known to be wrong. */
function entries(path: string): Buffer[] {
  const bytes = bytesOf(() => readFileSync(path)) ?? Buffer.of();
  const found: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0, from);
    found.push(bytes.subarray(from, end === -1 ? undefined : end));
    from = end === -1 ? bytes.length : end + 1;
  }
  return found;
}

function bytesOf(read: () => Buffer): Buffer | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** ASCII as it is, other bytes as `\xe9`. */
function spelled(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replaceAll(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
