/** All verbs, in the order of the help. */
import type { Command } from "../command.ts";
import { backup } from "./backup.ts";
import { cancel } from "./cancel.ts";
import { clean } from "./clean.ts";
import { completion } from "./completion.ts";
import { config } from "./config.ts";
import { daemon } from "./daemon.ts";
import { doctor } from "./doctor.ts";
import { events } from "./events.ts";
import { follow } from "./follow.ts";
import { groups } from "./groups.ts";
import { hold } from "./hold.ts";
import { kill } from "./kill.ts";
import { list } from "./list.ts";
import { logs } from "./logs.ts";
import { parallel } from "./parallel.ts";
import { pause } from "./pause.ts";
import { release } from "./release.ts";
import { remove } from "./remove.ts";
import { restore } from "./restore.ts";
import { resume } from "./resume.ts";
import { retry } from "./retry.ts";
import { send } from "./send.ts";
import { service } from "./service.ts";
import { show } from "./show.ts";
import { submit } from "./submit.ts";
import { top } from "./top.ts";
import { version } from "./version.ts";
import { wait } from "./wait.ts";

export const COMMANDS: readonly Command[] = [
  submit,
  list,
  show,
  logs,
  follow,
  wait,
  top,
  send,
  kill,
  cancel,
  pause,
  resume,
  hold,
  release,
  retry,
  remove,
  clean,
  parallel,
  groups,
  events,
  daemon,
  service,
  backup,
  restore,
  doctor,
  config,
  completion,
  version,
];
