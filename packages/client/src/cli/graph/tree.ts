/** Tasks as a tree of text: below each one those that wait for it. */
import { oneLine } from "@claudine/protocol/text";
import type { TaskInfo } from "@claudine/protocol/task";
import { cut } from "../fit.ts";
import { paint, STATE_COLORS } from "../paint.ts";
import { reasonText, stateText } from "../task-values.ts";

export type Layout = { width: number; color: boolean };
type Place = { task: TaskInfo; indent: string; branch: string; parent: number | undefined };

/** A task with several dependencies stands below the first that is drawn; elsewhere only its id. */
export function treeOf(tasks: readonly TaskInfo[], layout: Layout): string[] {
  const children = childrenOf(tasks);
  const drawn = new Set<number>();
  const lines: string[] = [];
  const roots = tasks.filter(({ after }) => !after.some(({ id }) => children.has(id)));
  const open: Place[] = roots.map((task) => ({ task, indent: "", branch: "", parent: undefined })).toReversed();
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { task, branch, parent } = place;
    const before = `${place.indent}${branch}${edgeText(task, parent)}`;
    lines.push(before + (drawn.has(task.id) ? `${task.id} …` : taskText(task, layout, before.length)));
    if (drawn.has(task.id)) continue;
    drawn.add(task.id);
    const indent = `${place.indent}${INSIDE[branch] ?? ""}`;
    const below = (children.get(task.id) ?? []).toReversed();
    for (const [index, child] of below.entries())
      open.push({ task: child, indent, branch: index === 0 ? LAST : MORE, parent: task.id });
  }
  return lines;
}

/** The tasks below each one; empty for those that none waits for. */
function childrenOf(tasks: readonly TaskInfo[]): Map<number, TaskInfo[]> {
  const children = new Map<number, TaskInfo[]>(tasks.map(({ id }) => [id, []]));
  for (const task of tasks) for (const { id } of task.after) children.get(id)?.push(task);
  return children;
}

const MORE = "├─ ";
const LAST = "└─ ";
const INSIDE: Readonly<Record<string, string>> = { "": "", [MORE]: "│  ", [LAST]: "   " };

/** Success goes without saying. */
function edgeText({ after }: TaskInfo, parent: number | undefined): string {
  const on = after.find(({ id }) => id === parent)?.on;
  if (on === undefined || on === "success") return "";
  return on === "any" ? "(any end) " : "(failure) ";
}

function taskText(task: TaskInfo, { width, color }: Layout, used: number): string {
  const state = stateText(task);
  const reason = reasonText(task);
  const head = `${task.id} ${state}`;
  const rest = [task.label ?? "", task.command, reason === "" ? "" : `(${reason})`].filter((part) => part !== "");
  const tail = cut(oneLine(rest.join("  ")), Math.max(0, width - used - head.length - 2));
  return `${task.id} ${paint(state, STATE_COLORS[task.state], color)}  ${tail}`.trimEnd();
}
