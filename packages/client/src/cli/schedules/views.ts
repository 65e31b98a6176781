/** `schedule list`, `show`, `history` and `next`. */
import type { Firing, ScheduleInfo } from "@claudine/protocol/schedule";
import type { Client } from "../../client.ts";
import { printTexts } from "../agents/prompts.ts";
import type { Command, Input, Io } from "../command.ts";
import { given } from "../given.ts";
import { flag, number } from "../input.ts";
import { printJson, say } from "../print.ts";
import { renderTable } from "../table.ts";
import { SCHEDULE } from "./options.ts";
import { printSchedule } from "./show.ts";
import { FIRING_COLUMNS, scheduleColumns } from "./values.ts";

export const list: Command = {
  name: "list",
  aliases: ["ls"],
  summary: "Show the schedules, when each is due next, and how the last time went",
  options: [],
  run: showList,
};

export async function showList(input: Input, io: Io): Promise<number> {
  const { schedules, unread } = await allSchedules(await io.connect());
  if (flag(input, "json")) printJson(io, schedules);
  else if (flag(input, "quiet")) io.out(schedules.map(({ name }) => `${name}\n`).join(""));
  else {
    print(io, renderTable(scheduleColumns(Date.now()), schedules, io));
    for (const { name, problem } of schedules) if (problem !== null) say(input, io, `${name}: ${problem}`);
    for (const name of unread)
      say(input, io, `${name}: it is not understood and never due; \`claudine doctor\` says why`);
  }
  return 0;
}

async function allSchedules(client: Client): Promise<{ schedules: ScheduleInfo[]; unread: string[] }> {
  const all: ScheduleInfo[] = [];
  for (let after: string | undefined; ;) {
    const { schedules, next, unread } = await client.call("schedule.list", given({ after }));
    all.push(...schedules);
    if (next === null) return { schedules: all, unread };
    after = next;
  }
}

export const show: Command = {
  name: "show",
  summary: "Show everything about a schedule",
  positional: [SCHEDULE],
  options: [{ name: "prompt", type: "boolean", describe: "Instead: what its agent is told each time" }],
  async run(input, io) {
    const client = await io.connect();
    if (flag(input, "prompt")) {
      await printTexts(input, io, await client.call("schedule.texts", { name: input.args[0] ?? "" }));
      return 0;
    }
    const shown = await client.call("schedule.get", { name: input.args[0] ?? "" });
    if (flag(input, "json")) printJson(io, { ...shown.schedule, environment: shown.environment });
    else if (!flag(input, "quiet")) printSchedule(io, shown, Date.now());
    return 0;
  },
};

export const history: Command = {
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

export const next: Command = {
  name: "next",
  summary: "Show when a schedule would be due next, with the offset of its time zone",
  positional: [SCHEDULE],
  options: [
    { name: "count", short: "n", type: "number", least: 1, arg: "N", describe: "So many times (5), at most 1000" },
  ],
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

function print(io: Io, lines: readonly string[]): void {
  io.out(lines.map((line) => `${line}\n`).join(""));
}
