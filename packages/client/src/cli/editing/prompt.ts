/** Lets the person write a prompt in their editor. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { runEditor } from "./editor.ts";

/** For the error when nothing was written. */
type Words = { refusal: string; instead: string };
const OF_PROMPT: Words = { refusal: "Cannot submit: the prompt is empty", instead: "claudine agent PROMPT" };

/**
 * What was written stays in its file unless `take` succeeds.
 * @throws ClaudineError invalid_params when nothing was written, and those of `take`
 */
export async function withEditedPrompt<T>(
  env: NodeJS.ProcessEnv,
  take: (prompt: string) => Promise<T>,
  words = OF_PROMPT,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "claudine-prompt-"));
  const file = join(folder, "prompt.md");
  await writeFile(file, "", { mode: 0o600 });
  let text = "";
  try {
    try {
      await runEditor(env, file);
    } finally {
      text = await readFile(file, "utf8").catch(() => "");
    }
    if (text.trim() === "") throw empty(words);
    const taken = await take(text);
    text = "";
    return taken;
  } catch (error) {
    throw error instanceof ClaudineError && text.trim() !== "" ? kept(error, file) : error;
  } finally {
    if (text.trim() === "") await rm(folder, { recursive: true, force: true });
  }
}

function empty({ refusal, instead }: Words): ClaudineError {
  return new ClaudineError("invalid_params", refusal, {
    hint: `Write it in the editor and save it, or ${instead}`,
  });
}

function kept(problem: ClaudineError, file: string): ClaudineError {
  const hint = [problem.hint, `Your prompt is in ${file}`].filter((part) => part !== undefined).join(". ");
  return new ClaudineError(problem.code, problem.message, { hint, cause: problem });
}
