/** `claudine history`: which runs there were, and what each used. */
import { ClaudineError } from "@claudine/protocol/errors";
import { oneLine, safeJson } from "@claudine/protocol/text";
import type { RunInfo } from "@claudine/protocol/task";
import type { Command, Input, Io } from "../command.ts";
import { csvLine } from "../csv.ts";
import { fetchRuns, type RunFilter } from "../fetch-runs.ts";
import { given } from "../given.ts";
import { flag, number, text } from "../input.ts";
import { sinceTime } from "../log-options.ts";
import { nearest } from "../nearest.ts";
import { RUN_COLUMN_NAMES, RUN_COLUMNS, type RunColumn, usualRunColumns } from "../run-columns.ts";
import { FINISHED_STATES, states } from "../states.ts";
import { renderTable } from "../table.ts";

/** To somebody who asked for nothing in particular. */
const SHOWN = 50;

export const history: Command = {
  name: "history",
  summary: "Show what ran when: each run that has ended, the last first, with outcome, duration and usage",
  positional: [{ name: "TASK", describe: "Only of these: ids, last:20, label:NAME, group:NAME, a state", many: true }],
  options: [
    { name: "since", type: "string", arg: "TIME", describe: "What ended since: 24h ago, 17:30, 2026-11-21" },
    { name: "until", type: "string", arg: "TIME", describe: "What ended until then" },
    {
      name: "state",
      type: "list",
      arg: "STATE",
      describe: "Only runs that ended so; repeat for more",
      choices: FINISHED_STATES,
    },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "Only this group" },
    { name: "label", short: "l", type: "string", arg: "TEXT", describe: "Only this label" },
    { name: "text", short: "t", type: "string", arg: "TEXT", describe: "Only with this in the command or label" },
    { name: "all", short: "a", type: "boolean", describe: "All there are (as with --json, --csv and -q)" },
    { name: "limit", short: "n", type: "number", least: 1, arg: "N", describe: "Only the last N" },
    { name: "cursor", type: "string", arg: "NEXT", describe: "Go on where an earlier answer ended" },
    { name: "csv", type: "boolean", describe: "As CSV (RFC 4180)" },
    {
      name: "columns",
      short: "c",
      type: "string",
      arg: "A,B,…",
      describe: `Which columns: ${RUN_COLUMN_NAMES.join(", ")}`,
      suggestions: { words: RUN_COLUMN_NAMES, several: true },
    },
  ],
  examples: [
    ["claudine history --since 24h --state failed", "what went wrong since yesterday"],
    ["claudine history --since 2026-11-01 --until 2026-12-01 --csv > november.csv", "for a spreadsheet"],
    ["claudine history label:nightly -c started,time,mem,exit", "whether it becomes slower"],
  ],
  async run(input, io) {
    const form = formOf(input);
    const columns = text(input, "columns")
      ?.split(",")
      .map((name) => columnOf(name.trim()));
    const filter = filterOf(input);
    const limit =
      number(input, "limit") ?? (form === "table" && !flag(input, "all") ? SHOWN : Number.POSITIVE_INFINITY);
    const pages = fetchRuns(await io.connect(), filter, limit);
    await PRINTERS[form](io, pages, columns);
    return 0;
  },
};

type Form = "table" | "json" | "csv" | "quiet";

/** @throws ClaudineError invalid_params */
function formOf(input: Input): Form {
  const asked = (["json", "csv", "quiet"] as const).filter((name) => flag(input, name));
  const [form = "table", other] = asked;
  if (other === undefined) return form;
  throw new ClaudineError("invalid_params", `--${form} does not go with --${other}`, { hint: "Give one of them" });
}

/** @throws ClaudineError invalid_params */
function filterOf(input: Input): RunFilter {
  const now = Date.now();
  const [since, until] = [sinceTime(input, "since", now), sinceTime(input, "until", now)];
  if (since !== undefined && until !== undefined && since > until)
    throw new ClaudineError("invalid_params", "Cannot show the history: --since is after --until");
  return given({
    selector: input.args.length === 0 ? undefined : [...input.args],
    states: states(input, "state"),
    group: text(input, "group"),
    label: text(input, "label"),
    text: text(input, "text"),
    since,
    until,
    before: text(input, "cursor"),
  });
}

type Pages = ReturnType<typeof fetchRuns>;
type Printer = (io: Io, pages: Pages, columns: readonly RunColumn[] | undefined) => Promise<void>;

const PRINTERS: Readonly<Record<Form, Printer>> = {
  table: printTable,
  json: printAsJson,
  csv: printCsv,
  quiet: printIds,
};

/** Gives each page away before the next one is asked for. @returns where it goes on */
async function each(pages: Pages, take: (runs: readonly RunInfo[]) => Promise<void>): Promise<string | null> {
  for (;;) {
    const page = await pages.next();
    if (page.done === true) return page.value;
    await take(page.value);
  }
}

async function printTable(io: Io, pages: Pages, columns: readonly RunColumn[] | undefined): Promise<void> {
  const runs: RunInfo[] = [];
  const next = await each(pages, async (page) => void runs.push(...page));
  if (runs.length === 0) return io.err("No runs\n");
  const chosen = columns ?? usualRunColumns(runs, io.width).map(columnOf);
  await io.write("stdout", `${renderTable(chosen, runs, io).join("\n")}\n`);
  if (next !== null) io.err(`There are more: --all, or --cursor ${next}\n`);
}

async function printAsJson(io: Io, pages: Pages): Promise<void> {
  let before = '{"runs": [';
  const next = await each(pages, async (runs) => {
    for (const run of runs) {
      await io.write("stdout", `${before}\n${safeJson(run)}`);
      before = ",";
    }
  });
  await io.write("stdout", `${before === "," ? "\n" : before}], "next": ${safeJson(next)}}\n`);
}

async function printCsv(io: Io, pages: Pages, columns: readonly RunColumn[] = RUN_COLUMNS): Promise<void> {
  await io.write("stdout", csvLine(columns.map(({ field }) => field)));
  await each(pages, async (runs) => {
    const lines = runs.map((run) => csvLine(columns.map(({ value }) => shown(io, value(run)))));
    await io.write("stdout", lines.join(""));
  });
}

/** To the byte in a file; on a terminal harmless. */
function shown<T>(io: Io, cell: T): T | string {
  return typeof cell === "string" && io.stdoutIsTty ? oneLine(cell) : cell;
}

async function printIds(io: Io, pages: Pages): Promise<void> {
  const seen = new Set<number>();
  await each(pages, async (runs) => {
    const fresh = [...new Set(runs.map(({ id }) => id))].filter((id) => !seen.has(id));
    for (const id of fresh) seen.add(id);
    await io.write("stdout", fresh.map((id) => `${id}\n`).join(""));
  });
}

/** @throws ClaudineError invalid_params */
function columnOf(name: string): RunColumn {
  const column = RUN_COLUMNS.find((one) => one.name === name);
  if (column !== undefined) return column;
  const guess = nearest(name, RUN_COLUMN_NAMES);
  throw new ClaudineError("invalid_params", `There is no column "${name}"`, {
    hint: guess === undefined ? `Columns are ${RUN_COLUMN_NAMES.join(", ")}` : `Did you mean ${guess}?`,
  });
}
