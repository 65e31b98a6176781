/** `claudine show`: everything about one task. */
import { outcomeText } from "@claudine/protocol/info";
import { oneLine } from "@claudine/protocol/text";
import type { Result } from "@claudine/protocol/methods";
import type { Run, TaskInfo } from "@claudine/protocol/task";
import { formatBytes, formatDuration } from "@claudine/protocol/units";
import type { Client } from "../../client.ts";
import type { Command, Io } from "../command.ts";
import { flag } from "../input.ts";
import { paint, STATE_COLORS } from "../paint.ts";
import { printJson } from "../print.ts";
import { namesOne, resolveTasks } from "../resolve-task.ts";
import { ruleFacts } from "../rules/facts.ts";
import { type Column, renderTable } from "../table.ts";
import { clock, type Fact, reasonText, runMs, stateText } from "../task-values.ts";

type Shown = Result<"task.get">;

export const show: Command = {
  name: "show",
  aliases: ["info"],
  summary: "Show everything about tasks",
  positional: [{ name: "TASK", describe: "One or several; the last one unless told", many: true }],
  options: [],
  examples: [["claudine show 12 --json", "the same for a program"]],
  async run(input, io) {
    const client = await io.connect();
    const words = input.args.length === 0 ? ["last"] : input.args;
    const ids = await resolveTasks(client, words, "show");
    if (flag(input, "json")) {
      const shown = [];
      for (const id of ids) shown.push(await shownAsJson(client, id));
      printJson(io, namesOne(words) ? shown[0] : shown);
      return 0;
    }
    for (const [index, id] of ids.entries()) {
      const shown = await client.call("task.get", { id });
      if (flag(input, "quiet")) io.out(`${id}\n`);
      else {
        if (index > 0) io.out("\n");
        printTask(io, shown, Date.now());
      }
    }
    return 0;
  },
};

async function shownAsJson(client: Client, id: number) {
  const { task, ...rest } = await client.call("task.get", { id });
  return { ...task, ...rest };
}

const NAME_WIDTH = 11;

function printTask(io: Io, { task, runs, environment, usual }: Shown, now: number): void {
  const state = paint(stateText(task), STATE_COLORS[task.state], io.color);
  const why = reasonText(task);
  const reason = why === "" ? "" : ` (${oneLine(why)})`;
  io.out(`${paint(`Task ${task.id}`, "bold", io.color)}  ${state}${reason}\n`);
  for (const [name, value] of [
    ...facts(task, now),
    usualFact(usual),
    ...usageFacts(task, now),
    environmentFact(environment),
  ]) {
    if (value !== "") io.out(`${name.padEnd(NAME_WIDTH)} ${oneLine(value)}\n`);
  }
  if (runs.length > 1) io.out(`\n${renderTable(RUN_COLUMNS, runs, io).join("\n")}\n`);
}

function facts(task: TaskInfo, now: number): Fact[] {
  return [
    ["Command", task.command],
    ["Directory", task.cwd],
    ["Label", task.label ?? ""],
    ["Group", task.group],
    ["Priority", task.priority === 0 ? "" : String(task.priority)],
    ...ruleFacts(task, now),
    ["Schedule", task.schedule === null ? "" : `${task.schedule.name}, due ${clock(task.schedule.due)}`],
    ["Array index", String(task.arrayIndex ?? "")],
    ["Input", task.stdin ? "taken by claudine send" : ""],
    ["Process", String(task.pid ?? "")],
    ["Run", task.attempt > 1 ? String(task.attempt) : ""],
    ["Submitted", moment(task.createdAt, now)],
    ["Started", moment(task.startedAt, now)],
    ["Finished", moment(task.finishedAt, now)],
    ["Uid", task.uid],
  ];
}

function moment(at: number | null, now: number): string {
  return at === null ? "" : `${clock(at)} (${formatDuration(Math.max(0, now - at))} ago)`;
}

/** What the scheduler expects of it, where the task does not say so itself. */
function usualFact(usual: Shown["usual"]): Fact {
  if (usual === null) return ["Usually", ""];
  const { memoryBytes, cpus, wallMs, runs } = usual;
  const from = `${runs} ${runs === 1 ? "run" : "runs"} of its kind`;
  return ["Usually", `${formatBytes(memoryBytes)}, ${cpus.toFixed(1)} cores, ${formatDuration(wallMs)} (${from})`];
}

function usageFacts(task: TaskInfo, now: number): Fact[] {
  const time = runMs(task, now);
  if (time === undefined) return [];
  const { usage, cpuPercent, rssBytes } = task;
  const share = cpuPercent === null ? "" : `, now ${Math.round(cpuPercent)}% of a core`;
  const rss = rssBytes === null ? "" : `, now ${formatBytes(rssBytes)}`;
  return [
    ["Time", formatDuration(time)],
    [
      "CPU",
      `${formatDuration(usage.cpuMs)} (user ${formatDuration(usage.userMs)}, system ${formatDuration(usage.systemMs)})${share}`,
    ],
    ["Memory", `at most ${formatBytes(usage.peakRssBytes)}, on average ${formatBytes(usage.avgRssBytes)}${rss}`],
    [
      "Storage",
      usage.readBytes + usage.writeBytes === 0
        ? ""
        : `read ${formatBytes(usage.readBytes)}, written ${formatBytes(usage.writeBytes)}`,
    ],
  ];
}

function environmentFact({ names, sealed }: Shown["environment"]): Fact {
  const secret = sealed.length === 0 ? "" : `; kept encrypted: ${sealed.join(", ")}`;
  return ["Environment", names.length === 0 ? "" : `${names.length} variables${secret}`];
}

const RUN_COLUMNS: readonly Column<Run>[] = [
  { title: "RUN", align: "right", text: ({ attempt }) => String(attempt) },
  { title: "STATE", text: ({ state }) => state, color: ({ state }) => STATE_COLORS[state] },
  { title: "STARTED", text: ({ startedAt, finishedAt }) => clock(startedAt ?? finishedAt) },
  { title: "TIME", align: "right", text: ({ usage }) => formatDuration(usage.wallMs) },
  { title: "CPU", align: "right", text: ({ usage }) => formatDuration(usage.cpuMs) },
  { title: "MEM", align: "right", text: ({ usage }) => formatBytes(usage.peakRssBytes) },
  { title: "OUTCOME", shrinksTo: 10, text: ({ outcome }) => outcomeText(outcome) },
];
