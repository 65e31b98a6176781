/** The single values of schedules and their firings as they are shown. */
import type { Firing, ScheduleInfo } from "@claudine/protocol/schedule";
import { formatDuration } from "@claudine/protocol/units";
import type { Column } from "../table.ts";
import { type Color, STATE_COLORS } from "../paint.ts";
import { clock } from "../task-values.ts";

export function nextText({ next, state }: ScheduleInfo, now: number): string {
  if (state !== "active" || next === null) return state;
  return next <= now ? "now" : `in ${formatDuration(next - now)}`;
}

/** How the last due time went: the task's end, or why there was none. */
export function outcomeOf({ state, skipped, task }: Firing): string {
  if (skipped !== null) return "skipped";
  return state ?? (task === null ? "" : "not ended");
}

function colorOf({ state, skipped }: Firing): Color | undefined {
  return skipped !== null ? "dim" : state === null ? undefined : STATE_COLORS[state];
}

function dueText({ due, to }: Firing): string {
  return due === to ? clock(due) : `${clock(due)} to ${clock(to)}`;
}

function whyText({ skipped, reason, count, cause }: Firing): string {
  const many = count === 1 ? "" : `${count ?? "more than 1000"} times: `;
  if (skipped !== null) return `${many}${skipped.note}`;
  const late = { due: "", missed: "late", run: "asked for" }[cause];
  return [late, reason ?? ""].filter((word) => word !== "").join("; ");
}

export function scheduleColumns(now: number): readonly Column<ScheduleInfo>[] {
  return [
    { title: "NAME", text: ({ name }) => name },
    { title: "WHEN", shrinksTo: 9, text: ({ when }) => when },
    { title: "ZONE", shrinksTo: 6, text: ({ zone }) => zone },
    { title: "NEXT", text: ({ next }) => (next === null ? "" : clock(next)) },
    {
      title: "",
      text: (schedule) => nextText(schedule, now),
      color: ({ state }) => (state === "active" ? undefined : "dim"),
    },
    { title: "LAST", text: ({ last }) => (last === null ? "" : clock(last.to)) },
    {
      title: "OUTCOME",
      text: ({ last }) => (last === null ? "" : outcomeOf(last)),
      color: ({ last }) => (last === null ? undefined : colorOf(last)),
    },
    { title: "COMMAND", shrinksTo: 12, text: ({ command }) => command },
  ];
}

export const FIRING_COLUMNS: readonly Column<Firing>[] = [
  { title: "#", align: "right", text: ({ number }) => String(number) },
  { title: "DUE", text: dueText },
  { title: "STARTED", text: ({ startedAt }) => (startedAt === null ? "" : clock(startedAt)) },
  { title: "TASK", align: "right", text: ({ task }) => String(task ?? "") },
  { title: "OUTCOME", text: outcomeOf, color: colorOf },
  { title: "WHY", shrinksTo: 12, text: whyText },
];
