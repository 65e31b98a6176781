/** The environment in which git finds the repository by the folder alone, and speaks English. */

export type Env = Readonly<Record<string, string>>;

/**
 * What a hook, an alias or a wrapper around git leaves in the environment. With it git would act on another repository,
 * index or pathspec than the folder says. Those of `git rev-parse --local-env-vars`, and what bends paths and output.
 */
const MISLEADING: ReadonlySet<string> = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIFF_OPTS",
  "GIT_DIR",
  "GIT_EXTERNAL_DIFF",
  "GIT_GLOB_PATHSPECS",
  "GIT_GRAFT_FILE",
  "GIT_ICASE_PATHSPECS",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_LITERAL_PATHSPECS",
  "GIT_NAMESPACE",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REFLOG_ACTION",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

/** The same object when there is nothing to take out. */
export function withoutMisleading(env: Env): Env {
  const names = Object.keys(env);
  if (!names.some((name) => MISLEADING.has(name))) return env;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !MISLEADING.has(name)));
}

/** Optional locks are those of commands that only read: without them no index of anybody is written. */
export function gitEnv(env: Env): Env {
  return { ...withoutMisleading(env), LC_ALL: "C", LANGUAGE: "C", GIT_OPTIONAL_LOCKS: "0", GIT_PAGER: "cat" };
}
