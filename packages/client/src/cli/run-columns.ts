/** The columns of `history`, for people and as CSV. */
import type { RunInfo } from "@claudine/protocol/task";
import { formatBytes } from "@claudine/protocol/units";
import type { Cell } from "./csv.ts";
import { STATE_COLORS } from "./paint.ts";
import type { Column } from "./table.ts";
import { blankOr, brief, clock } from "./task-values.ts";

export type RunColumn = Column<RunInfo> & {
  name: string;
  /** Its title as CSV, with the unit. */
  field: string;
  value(run: RunInfo): Cell;
};

type Texts = Pick<Column<RunInfo>, "shrinksTo" | "color"> & { title: string; field?: string };

function words(
  name: string,
  { title, field = name, ...rest }: Texts,
  value: (run: RunInfo) => string | null,
): RunColumn {
  return { name, title, field, ...rest, value, text: (run) => value(run) ?? "" };
}

type Figures = { title: string; field: string; show: (value: number) => string };

function figure(name: string, { title, field, show }: Figures, value: (run: RunInfo) => number | null): RunColumn {
  return { name, title, field, align: "right", value, text: (run) => blankOr(value(run), show) };
}

function moment(name: string, title: string, at: (run: RunInfo) => number | null): RunColumn {
  const value = (run: RunInfo) => blankOr(at(run), (ms) => new Date(ms).toISOString());
  return { name, title, field: `${name}At`, value, text: (run) => blankOr(at(run), clock) };
}

const hasRun = ({ startedAt }: RunInfo) => startedAt !== null;

export const RUN_COLUMNS: readonly RunColumn[] = [
  figure("id", { title: "ID", field: "id", show: String }, ({ id }) => id),
  figure("run", { title: "RUN", field: "run", show: String }, ({ attempt }) => attempt),
  words("state", { title: "STATE", color: ({ state }) => STATE_COLORS[state] }, ({ state }) => state),
  {
    name: "exit",
    title: "EXIT",
    field: "exit",
    align: "right",
    value: ({ exitCode, signal }) => exitCode ?? signal,
    text: ({ exitCode, signal }) => String(exitCode ?? signal?.replace(/^SIG/, "") ?? ""),
  },
  words("label", { title: "LABEL", shrinksTo: 6 }, ({ label }) => label),
  words("group", { title: "GROUP", shrinksTo: 7 }, ({ group }) => group),
  moment("queued", "QUEUED", ({ queuedAt }) => queuedAt),
  moment("started", "STARTED", ({ startedAt }) => startedAt),
  moment("finished", "FINISHED", ({ finishedAt }) => finishedAt),
  figure("waited", { title: "WAITED", field: "waitedMs", show: brief }, ({ waitedMs }) => waitedMs),
  figure("time", { title: "TIME", field: "wallMs", show: brief }, (run) => (hasRun(run) ? run.usage.wallMs : null)),
  figure("cpu", { title: "CPU", field: "cpuMs", show: brief }, (run) => (hasRun(run) ? run.usage.cpuMs : null)),
  figure("mem", { title: "MEM", field: "peakRssBytes", show: formatBytes }, (run) =>
    hasRun(run) && run.usage.peakRssBytes > 0 ? run.usage.peakRssBytes : null,
  ),
  words("reason", { title: "REASON", shrinksTo: 8 }, ({ reason }) => reason),
  words("cwd", { title: "DIRECTORY", field: "cwd", shrinksTo: 10 }, ({ cwd }) => cwd),
  words("uid", { title: "UID" }, ({ uid }) => uid),
  words("command", { title: "COMMAND", shrinksTo: 12 }, ({ command }) => command),
];

export const RUN_COLUMN_NAMES: readonly string[] = RUN_COLUMNS.map(({ name }) => name);

/** The columns worth their room for these runs; fewer on a narrow terminal. */
export function usualRunColumns(runs: readonly RunInfo[], width: number): string[] {
  const when = (name: string, wanted: boolean) => (wanted ? [name] : []);
  const some = (isSo: (run: RunInfo) => boolean) => runs.some(isSo);
  return [
    "id",
    ...when(
      "run",
      some(({ attempt }) => attempt > 1),
    ),
    "state",
    ...when(
      "exit",
      some(({ state }) => state !== "succeeded"),
    ),
    ...when(
      "label",
      some(({ label }) => label !== null),
    ),
    ...when(
      "group",
      some(({ group }) => group !== "default"),
    ),
    ...when("started", width >= 60),
    ...when("waited", width >= 100 && some(({ waitedMs }) => (waitedMs ?? 0) >= 1000)),
    "time",
    ...when("cpu", width >= 80),
    ...when("mem", width >= 80),
    "command",
  ];
}
