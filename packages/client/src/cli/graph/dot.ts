/** Tasks as a graph for Graphviz. */
import { oneLine } from "@claudine/protocol/text";
import type { TaskInfo } from "@claudine/protocol/task";
import type { DependsOn } from "@claudine/protocol/rules";

const LONGEST = 40;
const STYLES: Readonly<Record<DependsOn, string>> = {
  success: "",
  any: ' [style=dashed, label="any end"]',
  failure: ' [style=dotted, label="failure"]',
};

export function dotOf(tasks: readonly TaskInfo[]): string {
  const known = new Set(tasks.map(({ id }) => id));
  const lines = tasks.flatMap(({ id, state, label, command, after }) => [
    `  ${id} [label=${quoted(`${id} ${state}\n${short(label ?? command)}`)}];`,
    ...after.filter((one) => known.has(one.id)).map((one) => `  ${one.id} -> ${id}${STYLES[one.on]};`),
  ]);
  return ["digraph claudine {", "  rankdir=LR;", "  node [shape=box];", ...lines, "}", ""].join("\n");
}

function short(text: string): string {
  const line = oneLine(text);
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
