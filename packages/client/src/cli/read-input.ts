/** Reads a file, or standard input for `-`. */
import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { ClaudineError } from "@claudine/protocol/errors";
import { systemWords } from "@claudine/protocol/text";
import { changedLine } from "./not-utf8.ts";

/** @throws ClaudineError not_found when it can't be read, invalid_params when it is not UTF-8 */
export async function readInput(file: string): Promise<string> {
  const bytes = await readBytes(file);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const line = changedLine(bytes);
  throw new ClaudineError("invalid_params", `Cannot read ${file}: line ${line} is not UTF-8`, {
    hint: "Claudine takes text only; iconv -f latin1 -t utf8 converts some",
  });
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return file === "-" ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    throw new ClaudineError("not_found", `Cannot read ${file}: ${systemWords(error)}`, { cause: error });
  }
}
