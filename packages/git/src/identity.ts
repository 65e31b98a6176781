/** Who commits where no person does. */
import type { Env } from "./clean-env.ts";
import type { Git } from "./run-git.ts";

const NAME = "Claudine";
const EMAIL = "claudine@localhost";

/** For commits that only Claudine reads. */
export const OWN_IDENTITY: Env = {
  GIT_AUTHOR_NAME: NAME,
  GIT_AUTHOR_EMAIL: EMAIL,
  GIT_COMMITTER_NAME: NAME,
  GIT_COMMITTER_EMAIL: EMAIL,
};

/** Nothing where the user has one: git finds it by itself. */
export async function identity(git: Git): Promise<Env> {
  const [author, committer] = await Promise.all([
    git.run(["var", "GIT_AUTHOR_IDENT"]),
    git.run(["var", "GIT_COMMITTER_IDENT"]),
  ]);
  return author.code === 0 && committer.code === 0 ? {} : OWN_IDENTITY;
}
