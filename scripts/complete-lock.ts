/**
 * Adds to package-lock.json the platform packages that the registry in use did not offer.
 * npm leaves such optional packages out of the lock, and `npm ci` then refuses the lock, on every platform.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: true;
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

const lockFile = join(import.meta.dirname, "../package-lock.json");

const OS = /\b(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)\b/;
const CPU = /\b(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)\b/;

function complete(lock: Lock): number {
  let added = 0;
  for (const [path, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      if (isPlatformPackage(name, version) && !(key in lock.packages) && !(`${path}/${key}` in lock.packages)) {
        lock.packages[key] = platformEntry(name, version, parent);
        added += 1;
      }
    }
  }
  return added;
}

function isPlatformPackage(name: string, version: string): boolean {
  return OS.test(name) && CPU.test(name) && /^\d/.test(version);
}

/** Without an integrity: npm fills it in where the package can be had. */
function platformEntry(name: string, version: string, parent: LockedPackage): LockedPackage {
  const libc = /musl/.test(name) ? ["musl"] : /-gnu/.test(name) ? ["glibc"] : undefined;
  return {
    version,
    cpu: [CPU.exec(name)?.[0]],
    ...(parent.dev && { dev: parent.dev }),
    ...(libc && { libc }),
    license: parent.license ?? "MIT",
    optional: true,
    os: [OS.exec(name)?.[0]],
  };
}

const lock = JSON.parse(await readFile(lockFile, "utf8")) as Lock;
const added = complete(lock);
const [root, ...rest] = Object.entries(lock.packages);
const sorted = rest.sort(([a], [b]) => a.localeCompare(b, "en"));
lock.packages = Object.fromEntries(root ? [root, ...sorted] : sorted);
await writeFile(lockFile, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`Added ${added} platform packages to package-lock.json`);
