/** Runs a verb to its end: connection, errors, exit code. */
import { goOnInNode } from "../node-program.ts";
import type { Input, Runnable } from "./command.ts";
import { ProcessIo } from "./process-io.ts";

export async function runCommand(command: Runnable, input: Input): Promise<void> {
  const io = new ProcessIo(input);
  let code: number;
  try {
    if (command.inNode === true) goOnInNode(io.env);
    code = await command.run(input, io);
  } catch (error) {
    const { reportError } = await import("./report-error.ts");
    code = reportError(error, input, io);
  }
  await io.drained();
  // What still holds the event loop, as the connection does, must not hold the caller's shell.
  process.exit(code);
}
