/** Makes a file, or the names in a folder, outlast a loss of power. */
import { open } from "node:fs/promises";

export async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
