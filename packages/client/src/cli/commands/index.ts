/** All verbs, in the order of the help. */
import type { Command } from "../command.ts";
import { agent } from "./agent.ts";
import { agents } from "./agents.ts";
import { artifacts } from "./artifacts.ts";
import { backup } from "./backup.ts";
import { budgets } from "./budgets.ts";
import { cancel } from "./cancel.ts";
import { checkpoint } from "./checkpoint.ts";
import { clean } from "./clean.ts";
import { goOn } from "./continue.ts";
import { completion } from "./completion.ts";
import { config } from "./config.ts";
import { daemon } from "./daemon.ts";
import { doctor } from "./doctor.ts";
import { edit } from "./edit.ts";
import { events } from "./events.ts";
import { explain } from "./explain.ts";
import { follow } from "./follow.ts";
import { graph } from "./graph.ts";
import { group } from "./group.ts";
import { groups } from "./groups.ts";
import { history } from "./history.ts";
import { hold } from "./hold.ts";
import { kill } from "./kill.ts";
import { list } from "./list.ts";
import { logs } from "./logs.ts";
import { mcp } from "./mcp.ts";
import { metrics } from "./metrics.ts";
import { move } from "./move.ts";
import { parallel } from "./parallel.ts";
import { pause } from "./pause.ts";
import { pr } from "./pr.ts";
import { release } from "./release.ts";
import { remove } from "./remove.ts";
import { restore } from "./restore.ts";
import { schedule } from "./schedule.ts";
import { result } from "./result.ts";
import { resume } from "./resume.ts";
import { retry } from "./retry.ts";
import { search } from "./search.ts";
import { send } from "./send.ts";
import { service } from "./service.ts";
import { set } from "./set.ts";
import { show } from "./show.ts";
import { start } from "./start.ts";
import { stats } from "./stats.ts";
import { submit } from "./submit.ts";
import { switchTasks } from "./switch.ts";
import { top } from "./top.ts";
import { version } from "./version.ts";
import { wait } from "./wait.ts";
import { worktree } from "./worktree.ts";

export const COMMANDS: readonly Command[] = [
  submit,
  agent,
  list,
  show,
  explain,
  graph,
  logs,
  follow,
  result,
  artifacts,
  wait,
  search,
  history,
  stats,
  top,
  send,
  kill,
  cancel,
  pause,
  resume,
  hold,
  release,
  start,
  retry,
  goOn,
  set,
  edit,
  move,
  switchTasks,
  remove,
  clean,
  worktree,
  pr,
  checkpoint,
  schedule,
  parallel,
  group,
  groups,
  agents,
  budgets,
  events,
  metrics,
  daemon,
  service,
  mcp,
  backup,
  restore,
  doctor,
  config,
  completion,
  version,
];
