/** Opens a text in the editor of the person, until it makes sense or the person has had enough. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import { ClaudineError } from "@claudine/protocol/errors";
import { textOf, withoutComments } from "./text.ts";

export type Session<T> = {
  env: NodeJS.ProcessEnv;
  body: string;
  /** As in "then the tasks are changed". */
  verb: string;
  /** Does what the text asks for. */
  take(text: string): Promise<T>;
  /** Whether the editor is to open again with a text that was refused. */
  again(problem: ClaudineError): Promise<boolean>;
};

/** @throws ClaudineError of `take` when it is not to be corrected, or was left as it was refused; the text is kept then */
export async function editText<T>({ env, body, verb, take, again }: Session<T>): Promise<T> {
  // Before a text is there to be kept.
  editorOf(env);
  const folder = await mkdtemp(join(tmpdir(), "claudine-edit-"));
  const file = join(folder, "tasks.json");
  let problem: ClaudineError | undefined;
  let text = body;
  for (;;) {
    await writeFile(file, textOf(text, verb, problem), { mode: 0o600 });
    const editor = await runEditor(env, file).catch((error: unknown) => {
      throw error instanceof ClaudineError ? kept(error, file) : error;
    });
    const edited = withoutComments(await readFile(file, "utf8").catch(() => lost(editor)));
    if (problem !== undefined && edited === text) throw kept(problem, file);
    try {
      const done = await take(edited);
      await rm(folder, { recursive: true, force: true });
      return done;
    } catch (error) {
      if (!(error instanceof ClaudineError)) throw error;
      if (error.code === "unavailable" || !(await again(error))) throw kept(error, file);
      problem = error;
      text = edited;
    }
  }
}

/** @throws ClaudineError */
function lost(editor: string): never {
  throw new ClaudineError("invalid_params", `Cannot edit: ${editor} left no file that could be read`, {
    hint: "Nothing was changed; $EDITOR names another editor",
  });
}

function kept(problem: ClaudineError, file: string): ClaudineError {
  const hint = [problem.hint, `Nothing was changed; your text is in ${file}`].filter((part) => part !== undefined);
  return new ClaudineError(problem.code, problem.message, { hint: hint.join(". "), cause: problem });
}

/** @throws ClaudineError when none is chosen, and there is no terminal for the one that every system has */
function editorOf(env: NodeJS.ProcessEnv): string {
  const chosen = [env["VISUAL"], env["EDITOR"]].find((one) => one !== undefined && one !== "");
  if (chosen !== undefined) return chosen;
  // It would wait for keys that nobody can press; one that was chosen may be a script.
  if (isatty(0) && isatty(1)) return "vi";
  throw new ClaudineError("invalid_params", "Cannot open an editor: there is no terminal", {
    hint: "Give what is to be written on the command line, or set $EDITOR to a program that needs none",
  });
}

/** @returns its command. @throws ClaudineError when it fails, or when there is none that could be used */
export async function runEditor(env: NodeJS.ProcessEnv, file: string): Promise<string> {
  const editor = editorOf(env);
  const code = await new Promise<number | null>((resolve, reject) => {
    // The variable may hold options, as in "code --wait".
    const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", file], { env, stdio: "inherit" });
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return editor;
  throw new ClaudineError("invalid_params", `Cannot edit: ${editor} ended with ${code ?? "a signal"}`, {
    hint: "$EDITOR names another editor",
  });
}
