/** `claudine list`: the tasks as a table, as JSON or as ids. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Client } from "../../client.ts";
import type { Command, Input, Io } from "../command.ts";
import { fetchTasks, fetchUsual, type Filter } from "../fetch-tasks.ts";
import { given } from "../given.ts";
import { flag, number, text } from "../input.ts";
import { nearest } from "../nearest.ts";
import { printJson } from "../print.ts";
import { ALL_STATES, states } from "../states.ts";
import { renderTable } from "../table.ts";
import { COLUMN_NAMES, type TaskColumn, taskColumns, usualColumns } from "../task-columns.ts";

/** How many tasks are shown to somebody who asked for nothing in particular. */
const SHOWN = { open: 1000, finished: 50 };

export const list: Command = {
  name: "list",
  aliases: ["ls", "status"],
  summary: "List tasks: those that wait or run, and the newest 50 that have ended",
  positional: [{ name: "TASK", describe: "Only these: ids, last:20, label:NAME, group:NAME, a state", many: true }],
  options: [
    { name: "state", type: "list", arg: "STATE", describe: "Only this state; repeat for more", choices: ALL_STATES },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "Only this group" },
    { name: "label", short: "l", type: "string", arg: "TEXT", describe: "Only this label" },
    { name: "text", short: "t", type: "string", arg: "TEXT", describe: "Only with this in the command or label" },
    { name: "all", short: "a", type: "boolean", describe: "All there are (as with --json, -q and any filter)" },
    { name: "limit", short: "n", type: "number", least: 0, arg: "N", describe: "Only the newest N" },
    {
      name: "sort",
      type: "string",
      arg: "COLUMN",
      describe: "Order by a column; -COLUMN turns it round",
      suggestions: { words: COLUMN_NAMES },
    },
    {
      name: "columns",
      short: "c",
      type: "string",
      arg: "A,B,…",
      describe: `Which columns: ${COLUMN_NAMES.join(", ")}`,
      suggestions: { words: COLUMN_NAMES, several: true },
    },
  ],
  examples: [
    ["claudine list failed --sort -finished", "the latest failure first"],
    ["claudine list -g build -c id,time,mem,command", ""],
    ["claudine list --json | jq '.[] | select(.usage.peakRssBytes > 1e9)'", ""],
  ],
  async run(input, io) {
    const columns = taskColumns(Date.now());
    const order = orderOf(columns, text(input, "sort"));
    const chosen = text(input, "columns")
      ?.split(",")
      .map((name) => columnOf(columns, name.trim()));
    const client = await io.connect();
    const { tasks, more } = await fetch(client, input);
    tasks.sort(order);
    if (flag(input, "json")) printJson(io, tasks);
    else if (flag(input, "quiet")) io.out(tasks.map(({ id }) => `${id}\n`).join(""));
    else printTable(io, chosen ?? usualColumns(tasks, io.width).map((name) => columnOf(columns, name)), tasks);
    if (more && !flag(input, "json") && !flag(input, "quiet")) io.err("There are more: claudine list --all\n");
    if (flag(input, "alone") && io.stdoutIsTty) io.err("claudine --help shows what else it can do\n");
    return 0;
  },
};

function fetch(client: Client, input: Input): Promise<{ tasks: TaskInfo[]; more: boolean }> {
  const filter: Filter = given({
    selector: input.args.length === 0 ? undefined : [...input.args],
    states: states(input, "state"),
    group: text(input, "group"),
    label: text(input, "label"),
    text: text(input, "text"),
  });
  const limit = number(input, "limit");
  if (limit !== undefined) return fetchNewest(client, filter, limit);
  const everything = ["all", "json", "quiet"].some((name) => flag(input, name)) || Object.keys(filter).length > 0;
  return everything ? fetchTasks(client, filter, Number.POSITIVE_INFINITY) : fetchUsual(client, SHOWN);
}

async function fetchNewest(
  client: Client,
  filter: Filter,
  limit: number,
): Promise<{ tasks: TaskInfo[]; more: boolean }> {
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new ClaudineError("invalid_params", `Cannot show ${limit} tasks`, { hint: "Give a whole number" });
  const { tasks } = await fetchTasks(client, filter, limit);
  return { tasks, more: false };
}

function printTable(io: Io, columns: readonly TaskColumn[], tasks: readonly TaskInfo[]): void {
  if (tasks.length === 0) return io.err("No tasks\n");
  io.out(
    renderTable(columns, tasks, io)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

function columnOf(columns: readonly TaskColumn[], name: string): TaskColumn {
  const column = columns.find((one) => one.name === name);
  if (column !== undefined) return column;
  const guess = nearest(name, COLUMN_NAMES);
  throw new ClaudineError("invalid_params", `There is no column "${name}"`, {
    hint: guess === undefined ? `Columns are ${COLUMN_NAMES.join(", ")}` : `Did you mean ${guess}?`,
  });
}

type Order = (a: TaskInfo, b: TaskInfo) => number;

/** By id unless told: what was submitted last is nearest to the prompt. */
function orderOf(columns: readonly TaskColumn[], sort = "id"): Order {
  const down = sort.startsWith("-");
  const { key } = columnOf(columns, down ? sort.slice(1) : sort);
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left === right) return a.id - b.id;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return (left < right ? -1 : 1) * (down ? -1 : 1);
  };
}
