/** Which repository a folder is in. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Git } from "./run-git.ts";

export type Repo = {
  /** The top folder of the checkout that the folder is in. */
  top: string;
  /** The folder within it, `""` for the top itself, else without a slash at the end. */
  folder: string;
  /** What all checkouts of the repository share: refs and objects. */
  gitDir: string;
};

/** @throws ClaudineError not_found when there is none, wrong_state for a bare one */
export async function findRepo(git: Git): Promise<Repo> {
  const { cwd } = git.place;
  const inside = await git.run(["rev-parse", "--is-inside-work-tree"]);
  if (inside.code !== 0) {
    if (/not a git repository/i.test(inside.stderr))
      throw new ClaudineError("not_found", `${cwd} is in no git repository`, { hint: "git init makes one" });
    await git.read(["rev-parse", "--is-inside-work-tree"]);
  }
  if (inside.stdout.toString().trim() !== "true")
    throw new ClaudineError(
      "wrong_state",
      `${cwd} is in a repository without a checkout (a bare one, or its own folder)`,
      {
        hint: "Give a folder of a checkout",
      },
    );
  const [top, folder, gitDir] = await Promise.all([
    path(git, ["rev-parse", "--show-toplevel"]),
    path(git, ["rev-parse", "--show-prefix"]),
    path(git, ["rev-parse", "--path-format=absolute", "--git-common-dir"]),
  ]);
  return { top, folder: folder.replace(/\/$/, ""), gitDir };
}

/** @throws ClaudineError invalid_params when it is not UTF-8: it could not be stored */
async function path(git: Git, args: readonly string[]): Promise<string> {
  const bytes = await git.read(args);
  const text = bytes.toString().replace(/\n$/, "");
  if (Buffer.from(`${text}\n`).equals(bytes)) return text;
  throw new ClaudineError("invalid_params", `the repository's path ${JSON.stringify(text)} is not UTF-8`);
}
