/** The folder that the command line was called in. */
import { mayBeReplaced } from "./replaced.ts";
import { refuse } from "./submit-tasks.ts";

/** @throws ClaudineError when it is gone, or its path is no text */
export async function workingDirectory(): Promise<string> {
  const folder = currentFolder();
  if (!mayBeReplaced(folder)) return folder;
  const { changedFolder } = await import("./not-utf8.ts");
  const changed = changedFolder();
  if (changed === undefined) return folder;
  throw refuse(`the path of the working directory is not UTF-8: ${changed}`, "Change to another directory");
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw refuse("this shell's working directory is no longer there", "Change to another directory");
  }
}
