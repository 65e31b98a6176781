/** The environment of a daemon that a command starts: it lives on, and the secrets of that shell are not for it. */

/** Places, language, how Node finds its libraries, and Claudine's own. Tasks bring their environment with them. */
const FOR_THE_DAEMON =
  /^(?:HOME|PATH|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|XDG_[A-Z_]+|LD_LIBRARY_PATH|DYLD_[A-Z_]+|CLAUDINED|CLAUDINE_[A-Z_]+)$/;
/** True of the task that runs the command, and not of the daemon. */
const OF_A_TASK = [
  "CLAUDINE_TASK_ID",
  "CLAUDINE_RUN",
  "CLAUDINE_RUN_UID",
  "CLAUDINE_GROUP",
  "CLAUDINE_ARRAY_INDEX",
  "CLAUDINE_ARTIFACTS",
];

export function daemonEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = Object.keys(env).filter((name) => FOR_THE_DAEMON.test(name) && !OF_A_TASK.includes(name));
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
