/** Removes what processes that were killed have left behind; who lives is done with such a thing within a day. */
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const OLD_MS = 86_400_000;

/** Never throws. @param prefix of the names */
export async function removeOld(folder: string, prefix: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const stat = await lstat(join(folder, name)).catch(() => undefined);
    // That of its last change of name, too.
    if (stat !== undefined && Date.now() - stat.ctimeMs > OLD_MS)
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}
