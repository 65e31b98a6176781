/** Lets the person write a prompt in their editor. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { runEditor } from "./editor.ts";

/** For the error when nothing was written. */
type Words = { refusal: string; instead: string };
const OF_PROMPT: Words = { refusal: "Cannot submit: the prompt is empty", instead: "claudine agent PROMPT" };

/** @throws ClaudineError invalid_params when nothing was written */
export async function editPrompt(env: NodeJS.ProcessEnv, words = OF_PROMPT): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "claudine-prompt-"));
  const file = join(folder, "prompt.md");
  await writeFile(file, "", { mode: 0o600 });
  await runEditor(env, file);
  const text = await readFile(file, "utf8").catch(() => "");
  await rm(folder, { recursive: true, force: true });
  if (text.trim() !== "") return text;
  throw new ClaudineError("invalid_params", words.refusal, {
    hint: `Write it in the editor and save it, or ${words.instead}`,
  });
}
