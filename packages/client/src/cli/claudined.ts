/** Runs `claudined` with an option, as verbs do that work on the daemon's files without a daemon. */
import { ClaudineError } from "@claudine/protocol/errors";
import { lastWords } from "../last-words.ts";
import { nodeProgram } from "../node-program.ts";
import { type Ended, programRunner } from "../service/program.ts";
import { daemonFile } from "../start-daemon.ts";
import type { Io } from "./command.ts";

/** Reading a large store through takes its time. */
const LONG_MS = 3_600_000;

/** Resolves when it has ended, however it did. */
export async function runClaudined(io: Pick<Io, "env">, words: readonly string[]): Promise<Ended> {
  return await programRunner(io.env, LONG_MS)([nodeProgram(io.env), daemonFile(io.env), ...words]);
}

/** Its answer as JSON. @throws ClaudineError as it said it */
export async function askClaudined<T>(io: Pick<Io, "env">, words: readonly string[]): Promise<T> {
  return JSON.parse(await tellClaudined(io, words)) as T;
}

/** What it wrote to stdout. @throws ClaudineError as it said it */
export async function tellClaudined(io: Pick<Io, "env">, words: readonly string[]): Promise<string> {
  const ended = await runClaudined(io, words);
  if (ended.code === 0) return ended.stdout;
  const said = lastWords(ended.stderr);
  throw new ClaudineError(said?.code ?? "internal", said?.reason ?? "claudined ended without a word", {
    hint: said?.hint,
  });
}
