/** `claudine schedule`: commands and prompts that run at times, once or again and again. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command, Input, Option } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { pause, remove, report, resume, run } from "../schedules/acts.ts";
import { declareFromFile } from "../schedules/from-yaml.ts";
import { FILE_OPTIONS, SCHEDULE, TASK_OPTIONS, WHEN_OPTIONS } from "../schedules/options.ts";
import { newSchedule, scheduleChanges } from "../schedules/read.ts";
import { history, list, next, show, showList } from "../schedules/views.ts";
import { callerEnv } from "../submit-tasks.ts";
import { workingDirectory } from "../working-directory.ts";

const COMMAND = {
  name: "command",
  describe: "One word runs by your shell; several execute as they are; with --agent or --template the prompt",
  many: true,
} as const;

const add: Command = {
  name: "add",
  summary: "Add a schedule: --cron, --every or --at, the options of submit, and a command or an agent's prompt",
  positional: [{ name: "NAME", describe: "The name it is to have" }, COMMAND],
  leads: true,
  rest: true,
  options: [...WHEN_OPTIONS, ...TASK_OPTIONS, ...FILE_OPTIONS],
  examples: [
    ["claudine schedule add nightly --cron '0 2 * * *' --tz Europe/Berlin -- ./backup.sh --full", ""],
    ["claudine schedule add poll --every 15m --jitter 30s --timeout 5m 'curl -fsS example.org'", ""],
    [
      "claudine schedule add report --cron '0 6 * * 1-5' --after schedule:nightly ./report.sh",
      "after its last success",
    ],
    [
      "claudine schedule add review --cron '0 7 * * 1-5' --agent claude --worktree 'Review what came in since yesterday'",
      "a prompt for a coding agent",
    ],
    ["claudine schedule add call --at 'tomorrow 9am' -- notify-send 'Call Anna'", "once"],
  ],
  async run(input, io) {
    if (isAboutFile(input)) return declareFromFile(input, io, add);
    const [name = ""] = input.args;
    if (name === "") throw new ClaudineError("invalid_params", "Cannot add a schedule: it has no name");
    const schedule = await newSchedule({ input, io, verb: `add schedule ${name}` });
    const client = await io.connect();
    const added = await client.call("schedule.add", {
      env: await callerEnv(io.env),
      cwd: await workingDirectory(),
      umask: process.umask(),
      schedule,
    });
    return report(input, io, { done: "Added", schedules: added });
  },
};

/** @throws ClaudineError invalid_params for what goes with a file alone */
function isAboutFile(input: Input): boolean {
  if (text(input, "from-yaml") !== undefined) return true;
  const lone = ["prune", "dry-run"].find((name) => flag(input, name));
  if (lone === undefined) return false;
  throw new ClaudineError("invalid_params", `Cannot use --${lone} without --from-yaml`, {
    hint: "claudine schedule --from-yaml FILE --prune --dry-run",
  });
}

const TAKE_ENV: Option = { name: "take-env", type: "boolean", describe: "Give it the environment of this shell" };

const edit: Command = {
  name: "edit",
  summary: "Change a schedule; what is not named stays. The word none takes a rule away",
  positional: [SCHEDULE, COMMAND],
  leads: true,
  rest: true,
  options: [...WHEN_OPTIONS, ...TASK_OPTIONS, TAKE_ENV],
  examples: [
    ["claudine schedule edit nightly --cron '30 3 * * *' --until none", ""],
    ["claudine schedule edit review --budget 1 'Review what came in since Monday'", "another prompt"],
  ],
  async run(input, io) {
    const [name = ""] = input.args;
    const client = await io.connect();
    const isPrompt = async () => (await client.call("schedule.get", { name })).schedule.agent !== null;
    const changes = await scheduleChanges({ input, io, verb: `edit schedule ${name}` }, isPrompt);
    const env = flag(input, "take-env") ? await callerEnv(io.env) : undefined;
    if (Object.keys(changes).length === 0 && env === undefined)
      throw new ClaudineError("invalid_params", `Cannot edit schedule ${name}: say what`, {
        hint: "claudine schedule edit --help lists what there is",
      });
    const edited = await client.call("schedule.edit", { name, changes, ...given({ env }) });
    return report(input, io, { done: "Changed", schedules: edited });
  },
};

export const schedule: Command = {
  name: "schedule",
  summary:
    "Run commands and prompts at times: add, list, show, history, next, pause, resume, edit, run or remove schedules",
  options: FILE_OPTIONS,
  subcommands: [add, list, show, history, next, pause, resume, edit, run, remove],
  examples: [["claudine schedule --from-yaml schedules.yaml --prune --dry-run", "what that file would change"]],
  run: (input, io) => (isAboutFile(input) ? declareFromFile(input, io, add) : showList(input, io)),
};
