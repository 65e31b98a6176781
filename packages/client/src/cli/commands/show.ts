/** `claudine show`: everything about one task. */
import { agentChoiceText } from "@claudine/protocol/agent-choice";
import { outcomeText } from "@claudine/protocol/info";
import { isFinished } from "@claudine/protocol/states";
import { oneLine } from "@claudine/protocol/text";
import type { Result } from "@claudine/protocol/methods";
import type { Run, TaskInfo } from "@claudine/protocol/task";
import { formatBytes, formatDuration } from "@claudine/protocol/units";
import type { Client } from "../../client.ts";
import { artifactLines } from "../artifact-table.ts";
import type { Command, Io } from "../command.ts";
import { flag } from "../input.ts";
import { paint, STATE_COLORS } from "../paint.ts";
import { printJson } from "../print.ts";
import { namesOne, resolveTasks } from "../resolve-task.ts";
import { agentTexts } from "../agents/facts.ts";
import { printPrompts } from "../agents/prompts.ts";
import { ruleFacts } from "../rules/facts.ts";
import { worktreeFacts } from "../worktrees/facts.ts";
import { metricsLines, readMetrics, type RunMetrics, waitedText } from "../run-metrics.ts";
import { wantsAscii } from "../plot.ts";
import { snapshotFacts } from "../snapshot-text.ts";
import { type Column, renderTable } from "../table.ts";
import { clock, type Fact, reasonText, stateText } from "../task-values.ts";
import { detailFacts, usageFacts, waitedFact } from "../usage-facts.ts";

type Shown = Result<"task.get"> & { artifacts: Result<"artifact.list">; metrics?: RunMetrics | undefined };
type Look = { now: number; ascii: boolean };

export const show: Command = {
  name: "show",
  aliases: ["info"],
  summary: "Show everything about tasks",
  positional: [{ name: "TASK", describe: "One or several; the last one unless told", many: true }],
  options: [
    { name: "metrics", type: "boolean", describe: "Also what the last run used over time, and what it waited for" },
    { name: "prompt", type: "boolean", describe: "Nothing but the prompt of an agent's task, as it was submitted" },
    { name: "ascii", type: "boolean", describe: "Draw with ASCII characters only" },
  ],
  examples: [
    ["claudine show 12 --json", "the same for a program"],
    ["claudine show 12 --metrics", "with processor, memory and storage over time"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const words = input.args.length === 0 ? ["last"] : input.args;
    const ids = await resolveTasks(client, words, "show");
    if (flag(input, "prompt")) return printPrompts(input, io, { client, ids });
    if (flag(input, "json")) {
      const shown = [];
      for (const id of ids) shown.push(await shownAsJson(client, id, flag(input, "metrics")));
      printJson(io, namesOne(words) ? shown[0] : shown);
      return 0;
    }
    for (const [index, id] of ids.entries()) {
      const [shown, artifacts] = await readTask(client, id);
      if (flag(input, "quiet")) io.out(`${id}\n`);
      else {
        if (index > 0) io.out("\n");
        const metrics = flag(input, "metrics") ? await readMetrics(client, id) : undefined;
        printTask(
          io,
          { ...shown, artifacts, metrics },
          { now: Date.now(), ascii: flag(input, "ascii") || wantsAscii(io.env) },
        );
      }
    }
    return 0;
  },
};

async function shownAsJson(client: Client, id: number, withMetrics: boolean) {
  const [{ task, ...rest }, { files, next }] = await readTask(client, id);
  const artifacts = { files, more: next !== null };
  return { ...task, ...rest, artifacts, ...(withMetrics && { metrics: await readMetrics(client, id) }) };
}

/** Of artifacts. */
const SHOWN = 20;

async function readTask(client: Client, id: number): Promise<[Result<"task.get">, Result<"artifact.list">]> {
  const calls = [client.call("task.get", { id }), client.call("artifact.list", { id, limit: SHOWN })] as const;
  // Of a task that is not there both fail, and the first is to say so, whichever answer comes earlier.
  await Promise.allSettled(calls);
  return Promise.all(calls);
}

function artifactText({ files, next }: Result<"artifact.list">, id: number, io: Io): string {
  if (files.length === 0) return "";
  const more = next === null ? "" : `There are more: claudine artifacts ${id}\n`;
  return `\n${artifactLines(files, io).join("\n")}\n${more}`;
}

const NAME_WIDTH = 11;

function printTask(
  io: Io,
  { task, runs, environment, usual, snapshot, artifacts, metrics }: Shown,
  { now, ascii }: Look,
): void {
  const state = paint(stateText(task), STATE_COLORS[task.state], io.color);
  const why = reasonText(task);
  const reason = why === "" ? "" : ` (${oneLine(why)})`;
  io.out(`${paint(`Task ${task.id}`, "bold", io.color)}  ${state}${reason}\n`);
  const waited: Fact = ["Waited", metrics === undefined ? waitedFact(task) : waitedText(metrics.waited)];
  const details = metrics === undefined ? [] : detailFacts(task);
  const used = [waited, ...usageFacts(task, now), ...details];
  const all = [...facts(task, now), usualFact(usual), ...used, environmentFact(environment)];
  for (const [name, value] of [...all, ...snapshotFacts(snapshot)]) {
    if (value !== "") io.out(`${name.padEnd(NAME_WIDTH)} ${oneLine(value)}\n`);
  }
  if (metrics !== undefined) io.out(`\n${metricsLines(metrics, { width: io.width, ascii }).join("\n")}\n`);
  io.out(artifactText(artifacts, task.id, io));
  // The last one is told above, unless another is to come.
  if (runs.length > (isFinished(task.state) ? 1 : 0)) io.out(`\n${renderTable(RUN_COLUMNS, runs, io).join("\n")}\n`);
}

function facts(task: TaskInfo, now: number): Fact[] {
  return [
    ["Command", task.command],
    ["Directory", task.cwd],
    ["Label", task.label ?? ""],
    ["Group", task.group],
    ["Priority", task.priority === 0 ? "" : String(task.priority)],
    ...agentTexts(task),
    ...ruleFacts(task, now),
    ["Schedule", task.schedule === null ? "" : `${task.schedule.name}, due ${clock(task.schedule.due)}`],
    ...worktreeFacts(task),
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
  { title: "AGENT", text: ({ agent }) => (agent === undefined ? "" : agentChoiceText(agent)) },
  { title: "OUTCOME", shrinksTo: 10, text: endText },
];

/** With what its agent says of it: a run that met a limit has only exited with 1 otherwise. */
function endText({ outcome, agent, goesOn }: Run): string {
  const error = agent?.error ?? null;
  const told = error === null ? null : `${error.class}: ${error.message}`;
  return oneLine([outcomeText(outcome), told, goesOn?.note ?? null].filter((part) => part !== null).join("; "));
}
