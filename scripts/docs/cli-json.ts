/** What each verb prints with `--json`, by its path. The page and a test hold it against the table of verbs. */

const TASKS = "list of [TaskInfo](methods.md#taskinfo)";
const IDS = "list of ids";
const SERVICE =
  '`manager` (`"systemd"`, `"launchd"`), `installed`, `enabled`, `active`, `socket`, `listens`, `pid`, `linger`';

export const JSON_SHAPES: Readonly<Record<string, string>> = {
  submit: "`{ids, uids}`; with `--wait` also `tasks`, a list of [TaskInfo](methods.md#taskinfo)",
  list: TASKS,
  show: "[TaskInfo](methods.md#taskinfo) with `runs`, a list of [Run](methods.md#run), and `environment` `{names, sealed}`",
  logs: "`{id, stdout, stderr}`, each stream as text",
  follow: "the output itself; there is no JSON form",
  wait: "`{reached, tasks}`, the tasks as [TaskInfo](methods.md#taskinfo)",
  kill: TASKS,
  cancel: TASKS,
  pause: TASKS,
  resume: TASKS,
  hold: TASKS,
  release: TASKS,
  retry: TASKS,
  remove: IDS,
  clean: IDS,
  parallel: "[Group](methods.md#group)",
  groups: "list of [Group](methods.md#group)",
  send: "`{id, bytes}`",
  events: "one [event](events.md) per line",
  top: "the result of [host.read](methods.md#hostread), once",
  "daemon start": "the result of [daemon.status](methods.md#daemonstatus)",
  "daemon stop": "`{pid, left}`: the process that is gone (null when none ran), and how many tasks go on",
  "daemon restart": "`oldPid` (null when none ran) and the new daemon's [daemon.status](methods.md#daemonstatus)",
  "daemon status": "`running` and, when true, the result of [daemon.status](methods.md#daemonstatus), else `socket`",
  "service install": `${SERVICE}; with \`--dry-run\` the list of steps`,
  "service uninstall": `${SERVICE}; with \`--dry-run\` the list of steps`,
  "service status": `${SERVICE}; where there is no service manager \`{manager: null, why}\``,
  "config show": "the options with their values, durations in milliseconds",
  "config path": "`{path, exists}`",
  "config check": "`{path, valid, problems}`",
  backup: "`{path, bytes}`",
  restore: "`{tasks, setAside}`; `setAside` is where the store is now that was there before, or null",
  doctor: '`{checks}`, each `{name, level, message, hint}` with `level` `"ok"`, `"warning"` or `"error"`',
  "completion bash": "the script",
  "completion zsh": "the script",
  "completion fish": "the script",
  version: "`{client, daemon, pid, node}`; `daemon` and `pid` are null when none runs",
};
