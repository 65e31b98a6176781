/** Asks whether the person wants to correct a text that was refused. */
import { createInterface } from "node:readline";
import { isatty } from "node:tty";
import type { ClaudineError } from "@claudine/protocol/errors";
import type { Io } from "../command.ts";

/** No, where nobody is there to answer: what writes the text would write the same again, without end. */
export async function askAgain(io: Pick<Io, "err">, { message, hint }: ClaudineError): Promise<boolean> {
  if (!isatty(0)) return false;
  const why = hint === undefined ? "" : `  hint: ${hint}\n`;
  io.err(`claudine: ${message}\n${why}Edit it again ("no" changes nothing)? [Y/n] `);
  const answer = await readLine();
  return answer !== undefined && !/^\s*n/i.test(answer);
}

/** Undefined at the end of the input. Nothing is read beyond the line: the rest is for the editor. */
function readLine(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, terminal: false });
    lines.once("close", () => resolve(undefined));
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
  });
}
