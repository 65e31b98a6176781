/** `schedule pause`, `resume`, `remove` and `run`, and how changes are told. */
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import type { Command, Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";
import { clock } from "../task-values.ts";
import { SCHEDULE, SCHEDULES } from "./options.ts";
import { nextText } from "./values.ts";

export const pause: Command = {
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

export const resume: Command = {
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

export const remove: Command = {
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

export const run: Command = {
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

type Report = { done: string; schedules: ScheduleInfo | ScheduleInfo[] };

/** The exit code. */
export function report(input: Input, io: Io, { done, schedules }: Report): number {
  if (flag(input, "json")) printJson(io, schedules);
  else
    for (const schedule of [schedules].flat()) {
      const { name, next: at } = schedule;
      const left = nextText(schedule, Date.now());
      say(input, io, `${done} schedule ${name}: ${at === null ? left : `due ${clock(at)} (${left})`}`);
    }
  return 0;
}
