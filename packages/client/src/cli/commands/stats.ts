/** `claudine stats`: what the runs of some time used together. */
import type { Stats, StatsBy, StatsRow } from "@claudine/protocol/stats";
import { formatBytes, formatDuration, parseDuration } from "@claudine/protocol/units";
import { ClaudineError } from "@claudine/protocol/errors";
import { oneLine } from "@claudine/protocol/text";
import type { Command, Input, Io } from "../command.ts";
import { flag, text } from "../input.ts";
import { printJson } from "../print.ts";
import { type Column, renderTable } from "../table.ts";
import { clock } from "../task-values.ts";

const BY: readonly StatsBy[] = ["label", "group", "hour"];
const DEFAULT_SINCE = "24h";
const LONGEST = "3650d";

export const stats: Command = {
  name: "stats",
  summary: "Show how many tasks ran, how they ended, how long they took and what they used",
  options: [
    { name: "since", type: "string", arg: "TIME", describe: `So long until now, as 90m or 7d (${DEFAULT_SINCE})` },
    { name: "by", type: "string", arg: "WHAT", describe: "Apart by this", choices: BY },
  ],
  examples: [
    ["claudine stats --since 7d --by label", "what each label used, and what to ask for instead"],
    ["claudine stats --by hour --json", "for programs"],
  ],
  async run(input, io) {
    const sinceMs = readSince(text(input, "since") ?? DEFAULT_SINCE);
    const by = BY.find((one) => one === text(input, "by"));
    const client = await io.connect();
    const found = await client.call("stats.read", { sinceMs, ...(by === undefined ? {} : { by }) });
    if (flag(input, "json")) printJson(io, found);
    else if (!flag(input, "quiet")) print(input, io, { found, by });
    return 0;
  },
};

/** @throws ClaudineError invalid_params */
function readSince(words: string): number {
  const ms = parseDuration(words);
  if (ms >= 1 && ms <= parseDuration(LONGEST)) return ms;
  throw new ClaudineError("invalid_params", `Cannot show what happened since ${words}: give a time up to ${LONGEST}`, {
    hint: "Write 90m, 24h or 7d",
  });
}

function print(_input: Input, io: Io, { found, by }: { found: Stats; by: StatsBy | undefined }): void {
  const { total, rows, more, since } = found;
  io.out(`Since ${clock(since)}: ${summary(total)}\n`);
  if (total.runs === 0) return;
  for (const [name, value] of facts(total)) if (value !== "") io.out(`${name.padEnd(9)} ${value}\n`);
  if (by !== undefined && rows.length > 0) {
    const key: Column<StatsRow> = { title: by.toUpperCase(), shrinksTo: 8, text: (row) => keyText(row, by) };
    io.out(`\n${renderTable([key, ...COLUMNS], rows, io).join("\n")}\n`);
    if (more > 0) io.out(`and ${more} more\n`);
  }
  const suggestions = (by === "label" || by === "group" ? rows : [total]).flatMap((row) =>
    [row.memory?.suggestion, row.cpus?.suggestion].flatMap((one) =>
      typeof one !== "string" ? [] : [by === undefined ? one : `${keyText(row, by)}: ${one}`],
    ),
  );
  if (suggestions.length > 0) io.out(`\n${suggestions.map((line) => `${oneLine(line)}\n`).join("")}`);
}

function summary({ runs, successRate, perHour }: StatsRow): string {
  if (runs === 0) return "nothing has ended";
  const rate = successRate === null ? "" : `, ${percent(successRate)} succeeded`;
  return `${runs} ${runs === 1 ? "run" : "runs"} ended${rate}, ${rounded(perHour)} an hour`;
}

function facts(row: StatsRow): [string, string][] {
  const { states, waitMs, runMs, cpuMs, peakRssBytes, slotsUsed, slotsTotal } = row;
  const ended = Object.entries(states).flatMap(([state, count]) => (count === 0 ? [] : [`${count} ${state}`]));
  const slots =
    slotsUsed === null
      ? ""
      : `${slotsUsed.toFixed(1)} used on average${slotsTotal === null ? "" : ` of ${slotsTotal.toFixed(1)} there`}`;
  return [
    ["Ended", ended.join(", ")],
    ["Waited", spreadText(waitMs)],
    ["Took", spreadText(runMs)],
    ["CPU", `${hours(cpuMs)} hours`],
    ["Memory", `at most ${formatBytes(peakRssBytes)}`],
    ["Slots", slots],
  ];
}

function spreadText(spread: StatsRow["waitMs"]): string {
  if (spread === null) return "";
  const names = ["p50", "p90", "p95", "p99", "max"] as const;
  return names.map((name) => `${formatDuration(spread[name])} ${name}`).join(", ");
}

function keyText({ key }: StatsRow, by: StatsBy): string {
  if (key === null) return "(none)";
  return by === "hour" ? clock(Date.parse(key)).slice(0, 16) : key;
}

const spreadColumn = (title: string, read: (row: StatsRow) => number | undefined): Column<StatsRow> => ({
  title,
  align: "right",
  text(row) {
    const ms = read(row);
    return ms === undefined ? "" : formatDuration(ms);
  },
});

const COLUMNS: readonly Column<StatsRow>[] = [
  { title: "RUNS", align: "right", text: ({ runs }) => String(runs) },
  { title: "OK", align: "right", text: ({ successRate }) => (successRate === null ? "" : percent(successRate)) },
  { title: "/HOUR", align: "right", text: ({ perHour }) => rounded(perHour) },
  spreadColumn("WAIT p50", ({ waitMs }) => waitMs?.p50),
  spreadColumn("p95", ({ waitMs }) => waitMs?.p95),
  spreadColumn("TIME p50", ({ runMs }) => runMs?.p50),
  spreadColumn("p95", ({ runMs }) => runMs?.p95),
  { title: "CPU h", align: "right", text: ({ cpuMs }) => hours(cpuMs) },
  { title: "MEM max", align: "right", text: ({ peakRssBytes }) => formatBytes(peakRssBytes) },
];

function percent(share: number): string {
  return `${rounded(share * 100)}%`;
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

function hours(ms: number): string {
  const value = ms / 3_600_000;
  return value >= 0.1 ? rounded(value) : String(Math.round(value * 10_000) / 10_000);
}
