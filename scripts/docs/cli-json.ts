/** What each verb prints with `--json`, by its path. The page and a test hold it against the table of verbs. */

const TASKS = "list of [TaskInfo](methods.md#taskinfo)";
const IDS = "list of ids";
const SERVICE =
  '`manager` (`"systemd"`, `"launchd"`), `installed`, `enabled`, `active`, `socket`, `listens`, `pid`, `linger`';

export const JSON_SHAPES: Readonly<Record<string, string>> = {
  submit:
    "`{ids, uids, existing}` on one line, `existing` being those that were there already (`--key`, `--if-running skip`); with `--wait`, also on one line, `tasks` too, a list of [TaskInfo](methods.md#taskinfo); with `--follow` that line comes first, and then what `follow` prints",
  agent: "as `submit`",
  agents: "list of [AgentTool](methods.md#agenttool)",
  result: "the result of [agent.result](methods.md#agentresult)",
  list: TASKS,
  show: "[TaskInfo](methods.md#taskinfo) with `runs`, a list of [Run](methods.md#run), `environment` `{names, sealed}`, and `snapshot`, a [Snapshot](methods.md#snapshot) of the machine when it failed, or null, and `artifacts` `{files, more}`, the first 20 [Artifact](methods.md#artifact)s of the last run; with `--metrics` also `metrics`, `{attempt, points, waited}`, with what [run.course](methods.md#runcourse) and [run.waited](methods.md#runwaited) tell; a list of these unless the task is named by its id or `last`",
  logs: "`{id, stdout, stderr}`, each stream as text; a list of these unless the task is named by its id or `last`; with `-f` a line `{id, stream, text}` for each piece of output; with `--feedback` `{id, feedback}`, as [agent.feedback](methods.md#agentfeedback) tells it",
  follow:
    "a line `{id, stream, text}` for each piece of output, and at the end a line `{id, task}` for each task, with its [TaskInfo](methods.md#taskinfo)",
  artifacts:
    "`{id, run, files}`, the files as [Artifact](methods.md#artifact); with `-o` `{id, saved}`, each file `{name, path, bytes}`",
  search:
    "`{matches, problems, next}`: list of [SearchMatch](methods.md#searchmatch) and of [SearchProblem](methods.md#searchproblem); `next` is what `--cursor` takes, null when everything was searched",
  history:
    "`{runs, next}`, the runs as [RunInfo](methods.md#runinfo), the last to end first; `next` is what `--cursor` takes, null at the end",
  stats: "the result of [stats.read](methods.md#statsread)",
  wait: "`{reached, tasks}`, the tasks as [TaskInfo](methods.md#taskinfo)",
  kill: TASKS,
  cancel: TASKS,
  explain: "`{id, state, causes}`; `causes` are texts",
  graph: "list of [TaskInfo](methods.md#taskinfo); `after` has the edges",
  start: TASKS,
  set: TASKS,
  edit: TASKS,
  move: TASKS,
  switch: TASKS,
  pause: `${TASKS}; with \`--group\` its [Group](methods.md#group)`,
  resume: `${TASKS}; with \`--group\` its [Group](methods.md#group)`,
  hold: TASKS,
  release: TASKS,
  retry: TASKS,
  continue: TASKS,
  remove: IDS,
  clean: `${IDS}; with \`--dry-run\` the result of [task.clean](methods.md#taskclean)`,
  parallel: "[Group](methods.md#group); with `--all-groups` `{slots, used}`, where null is no limit",
  "schedule add":
    "[ScheduleInfo](methods.md#scheduleinfo); with `--from-yaml` `{added, changed, removed, unchanged}`, lists of names",
  schedule: "as `schedule list`; with `--from-yaml` `{added, changed, removed, unchanged}`, lists of names",
  "schedule list": "list of [ScheduleInfo](methods.md#scheduleinfo)",
  "schedule show": "[ScheduleInfo](methods.md#scheduleinfo) with `environment` `{names, sealed}`",
  "schedule history": "list of [Firing](methods.md#firing), the newest first",
  "schedule next": "`{zone, times}`, each time `{at, text}`",
  "schedule pause": "list of [ScheduleInfo](methods.md#scheduleinfo)",
  "schedule resume": "list of [ScheduleInfo](methods.md#scheduleinfo)",
  "schedule edit": "[ScheduleInfo](methods.md#scheduleinfo)",
  "schedule run": "`{id}`",
  "schedule remove": "`{names}`",
  "worktree list":
    "list of [Worktree](methods.md#worktree) with `id`, `state`, `label`, `isThere`, `uncommitted`, `ahead` and `behind`; the last two are null where one of the branches is gone",
  "worktree diff": "the diff, as git prints it",
  "worktree merge":
    "`{id, branch, into, commit}`; with `--dry-run` `kind` (`merged-already`, `forward`, `merge`, `conflict`) and, for the last, `files`; with `--undo` `{id, kind, number, branch, from, to}`",
  "worktree rebase": "`{id, onto, commit}`; with `--undo` `{id, kind, number, branch, from, to}`",
  "worktree remove": "list of `{id, path, patch}`; `patch` is null where nothing differed",
  "worktree prune": "list of `{id, path, patch}`; `patch` is null where nothing differed, and with `--dry-run`",
  pr: "`{id, branch, url}`",
  "checkpoint list": "list of `{name, run, number, commit, tree, parent, at, why}`",
  "checkpoint make": "`{name, run, number, commit, tree, parent, at, why}`",
  "checkpoint diff": "the diff, as git prints it",
  "checkpoint restore": "`{restored, before}`, each as `checkpoint list` has it",
  "group add": "[Group](methods.md#group)",
  "group set": "[Group](methods.md#group)",
  "group remove": "`{name}`",
  "group pause": "[Group](methods.md#group)",
  "group resume": "[Group](methods.md#group)",
  "group list": "list of [Group](methods.md#group)",
  groups: "list of [Group](methods.md#group)",
  budgets: "`{budgets, atLimit}`, as [budget.list](methods.md#budgetlist) answers",
  send: "`{id, bytes}`",
  metrics: "`{contentType, text}`",
  events: "one [event](events.md) per line",
  top: "the result of [host.read](methods.md#hostread), once",
  "daemon start": "the result of [daemon.status](methods.md#daemonstatus)",
  "daemon stop":
    "`{pid, left}`: the process that is gone (null when none ran), and how many tasks the daemon left running",
  "daemon restart": "`oldPid` (null when none ran) and the new daemon's [daemon.status](methods.md#daemonstatus)",
  "daemon status":
    "`running` and, when true, the result of [daemon.status](methods.md#daemonstatus), else `socket`, and `elsewhere` `{pid, socket}` when a daemon serves this state folder on another socket",
  "service install": `${SERVICE}; with \`--dry-run\` the list of steps`,
  "service uninstall": `${SERVICE}; with \`--dry-run\` the list of steps`,
  "service status": `${SERVICE}; where there is no service manager \`{manager: null, why}\``,
  "config show": "the options with their values as the file would say them: times are texts with a unit, as `5s`",
  "config path": "`{path, exists}`",
  "config check": "`{path, exists, valid, problems}`",
  mcp: "nothing of its own: stdout is the protocol's",
  "mcp install":
    "`{client, title, file, changed, backup, entry, warning, next}`: `entry` is what stands in `file`, `backup` a copy of that as it was, and `warning` why it may not last, or null",
  backup: "`{path, bytes}`",
  restore: "`{tasks, setAside}`; `setAside` is where the store is now that was there before, or null",
  doctor: '`{checks}`, each `{name, level, message, hint}` with `level` `"ok"`, `"warning"` or `"error"`',
  "completion bash": "the script",
  "completion zsh": "the script",
  "completion fish": "the script",
  version: "`{client, daemon, pid, node}`; `daemon` and `pid` are null when none runs",
};
