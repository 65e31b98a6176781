/** Adds everything that is in a checkout to an index. */
import type { Git, GitEnd, GitOptions } from "./run-git.ts";

const OUTSIDE = /outside of your sparse-checkout/;

/** Also what is where a sparse checkout has no files of its own; git before 2.35 has no such limit. @param words options of git, and of `add` */
export async function addAll(
  git: Git,
  { settings = [], words = [] }: { settings?: readonly string[]; words?: readonly string[] },
  options?: GitOptions,
): Promise<{ args: string[]; end: GitEnd }> {
  const argsWith = (more: readonly string[]) => [...settings, "add", "--all", ...words, ...more, "--", ":/"];
  const args = argsWith([]);
  const end = await git.run(args, options);
  if (end.code === 0 || !OUTSIDE.test(end.stderr)) return { args, end };
  const again = argsWith(["--sparse"]);
  return { args: again, end: await git.run(again, options) };
}
