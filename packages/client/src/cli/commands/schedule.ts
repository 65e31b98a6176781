/** `claudine schedule`: commands that run at times, once or again and again. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Firing, ScheduleInfo } from "@claudine/protocol/schedule";
import type { Client } from "../../client.ts";
import type { Command, Input, Io, Option } from "../command.ts";
import { given } from "../given.ts";
import { flag, number, text } from "../input.ts";
import { printJson, say } from "../print.ts";
import { declareFromFile } from "../schedules/from-yaml.ts";
import { FILE_OPTIONS, TASK_OPTIONS, WHEN_OPTIONS } from "../schedules/options.ts";
import { newSchedule, scheduleChanges } from "../schedules/read.ts";
import { printSchedule } from "../schedules/show.ts";
import { FIRING_COLUMNS, nextText, scheduleColumns } from "../schedules/values.ts";
import { callerEnv } from "../submit-tasks.ts";
import { renderTable } from "../table.ts";
import { clock } from "../task-values.ts";
import { workingDirectory } from "../working-directory.ts";

const SCHEDULE = { name: "SCHEDULE", describe: "Its name", required: true } as const;
const SCHEDULES = { name: "SCHEDULES", describe: "Their names", required: true, many: true } as const;
const COMMAND = {
  name: "command",
  describe: "One word runs by your shell; several execute as they are",
  many: true,
} as const;

const add: Command = {
  name: "add",
  summary: "Add a schedule: --cron, --every or --at, the options of submit, and a command",
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
    ["claudine schedule add call --at 'tomorrow 9am' -- notify-send 'Call Anna'", "once"],
  ],
  async run(input, io) {
    if (text(input, "from-yaml") !== undefined) return declareFromFile(input, io, add);
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
    return report(input, io, { done: "Added", schedules: [added] });
  },
};

const TAKE_ENV: Option = { name: "take-env", type: "boolean", describe: "Give it the environment of this shell" };

const edit: Command = {
  name: "edit",
  summary: "Change a schedule; what is not named stays. The word none takes a rule away",
  positional: [SCHEDULE, COMMAND],
  leads: true,
  rest: true,
  options: [...WHEN_OPTIONS, ...TASK_OPTIONS, TAKE_ENV],
  examples: [["claudine schedule edit nightly --cron '30 3 * * *' --until none", ""]],
  async run(input, io) {
    const [name = ""] = input.args;
    const client = await io.connect();
    const { schedule } = await client.call("schedule.get", { name });
    const changes = await scheduleChanges({ input, io, verb: `edit schedule ${name}` }, schedule);
    const env = flag(input, "take-env") ? await callerEnv(io.env) : undefined;
    if (Object.keys(changes).length === 0 && env === undefined)
      throw new ClaudineError("invalid_params", `Cannot edit schedule ${name}: say what`, {
        hint: "claudine schedule edit --help lists what there is",
      });
    const edited = await client.call("schedule.edit", { name, changes, ...given({ env }) });
    return report(input, io, { done: "Changed", schedules: [edited] });
  },
};

const list: Command = {
  name: "list",
  aliases: ["ls"],
  summary: "Show the schedules, when each is due next, and how the last time went",
  options: [],
  run: showList,
};

async function showList(input: Input, io: Io): Promise<number> {
  const schedules = await allSchedules(await io.connect());
  if (flag(input, "json")) printJson(io, schedules);
  else if (flag(input, "quiet")) io.out(schedules.map(({ name }) => `${name}\n`).join(""));
  else {
    print(io, renderTable(scheduleColumns(Date.now()), schedules, io));
    for (const { name, problem } of schedules) if (problem !== null) say(input, io, `${name}: ${problem}`);
  }
  return 0;
}

async function allSchedules(client: Client): Promise<ScheduleInfo[]> {
  const all: ScheduleInfo[] = [];
  let after: string | undefined;
  do {
    const { schedules, next } = await client.call("schedule.list", given({ after }));
    all.push(...schedules);
    after = next ?? undefined;
  } while (after !== undefined);
  return all;
}

const show: Command = {
  name: "show",
  summary: "Show everything about a schedule",
  positional: [SCHEDULE],
  options: [],
  async run(input, io) {
    const client = await io.connect();
    const shown = await client.call("schedule.get", { name: input.args[0] ?? "" });
    if (flag(input, "json")) printJson(io, { ...shown.schedule, environment: shown.environment });
    else if (!flag(input, "quiet")) printSchedule(io, shown, Date.now());
    return 0;
  },
};

const history: Command = {
  name: "history",
  summary: "Show what came of each time at which a schedule was due, the newest first",
  positional: [SCHEDULE],
  options: [{ name: "limit", short: "n", type: "number", least: 1, arg: "N", describe: "At most so many (20)" }],
  async run(input, io) {
    const name = input.args[0] ?? "";
    const firings = await newestFirings(await io.connect(), name, number(input, "limit") ?? 20);
    if (flag(input, "json")) printJson(io, firings);
    else if (flag(input, "quiet")) io.out(firings.flatMap(({ task }) => (task === null ? [] : [`${task}\n`])).join(""));
    else print(io, renderTable(FIRING_COLUMNS, firings, io));
    return 0;
  },
};

const PAGE = 1000;

async function newestFirings(client: Client, name: string, limit: number): Promise<Firing[]> {
  const all: Firing[] = [];
  let before: number | undefined;
  do {
    const page = { name, limit: Math.min(PAGE, limit - all.length), ...given({ before }) };
    const { firings, next } = await client.call("schedule.history", page);
    all.push(...firings);
    before = next ?? undefined;
  } while (before !== undefined && all.length < limit);
  return all;
}

const next: Command = {
  name: "next",
  summary: "Show when a schedule would be due next, with the offset of its time zone",
  positional: [SCHEDULE],
  options: [{ name: "count", short: "n", type: "number", least: 1, arg: "N", describe: "So many times (5)" }],
  async run(input, io) {
    const client = await io.connect();
    const { zone, times } = await client.call("schedule.next", {
      name: input.args[0] ?? "",
      ...given({ count: number(input, "count") }),
    });
    if (flag(input, "json")) printJson(io, { zone, times });
    else io.out(times.map(({ text: shown }) => `${shown}  ${zone}\n`).join(""));
    return 0;
  },
};

const pause: Command = {
  name: "pause",
  summary: "Keep schedules from being due; tasks of them that are there go on",
  positional: [SCHEDULES],
  options: [],
  async run(input, io) {
    const client = await io.connect();
    const { schedules } = await client.call("schedule.pause", { names: [...input.args] });
    return report(input, io, { done: "Paused", schedules });
  },
};

const resume: Command = {
  name: "resume",
  summary: "Let schedules be due again; what was due meanwhile is skipped",
  positional: [SCHEDULES],
  options: [],
  async run(input, io) {
    const client = await io.connect();
    const { schedules } = await client.call("schedule.resume", { names: [...input.args] });
    return report(input, io, { done: "Resumed", schedules });
  },
};

const remove: Command = {
  name: "remove",
  aliases: ["rm"],
  summary: "Forget schedules with their history; their tasks stay",
  positional: [SCHEDULES],
  options: [],
  async run(input, io) {
    const client = await io.connect();
    const names = [...input.args];
    await client.call("schedule.remove", { names });
    if (flag(input, "json")) printJson(io, { names });
    else for (const name of names) say(input, io, `Removed schedule ${name}`);
    return 0;
  },
};

const run: Command = {
  name: "run",
  summary: "Make a task of a schedule now, also of a paused one, and print its id",
  positional: [SCHEDULE],
  options: [],
  async run(input, io) {
    const client = await io.connect();
    const { id } = await client.call("schedule.run", { name: input.args[0] ?? "" });
    if (flag(input, "json")) printJson(io, { id });
    else io.out(`${id}\n`);
    return 0;
  },
};

function report(input: Input, io: Io, { done, schedules }: { done: string; schedules: ScheduleInfo[] }): number {
  if (flag(input, "json")) printJson(io, schedules);
  else
    for (const schedule of schedules) {
      const { name, next: at } = schedule;
      const when =
        at === null ? nextText(schedule, Date.now()) : `due ${clock(at)} (${nextText(schedule, Date.now())})`;
      say(input, io, `${done} schedule ${name}: ${when}`);
    }
  return 0;
}

function print(io: Io, lines: readonly string[]): void {
  io.out(lines.map((line) => `${line}\n`).join(""));
}

export const schedule: Command = {
  name: "schedule",
  summary: "Run commands at times: add, list, show, history, next, pause, resume, edit, run or remove schedules",
  options: FILE_OPTIONS,
  subcommands: [add, list, show, history, next, pause, resume, edit, run, remove],
  examples: [["claudine schedule --from-yaml schedules.yaml --prune --dry-run", "what that file would change"]],
  run: (input, io) => (text(input, "from-yaml") === undefined ? showList(input, io) : declareFromFile(input, io, add)),
};
