/** Reads a file, or standard input for `-`. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { ClaudineError } from "@claudine/protocol/errors";
import { systemWords } from "@claudine/protocol/text";

/** @throws ClaudineError not_found when it can't be read */
export async function readInput(file: string): Promise<string> {
  try {
    return file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  } catch (error) {
    throw new ClaudineError("not_found", `Cannot read ${file}: ${systemWords(error)}`, { cause: error });
  }
}
