/** Colours for people's eyes; nothing without a terminal. */
import type { TaskState } from "@claudine/protocol/task";

const SGR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
export type Color = keyof typeof SGR;

export function paint(text: string, color: Color | undefined, wanted: boolean): string {
  return !wanted || color === undefined || text === "" ? text : `\u001b[${SGR[color]}m${text}\u001b[0m`;
}

export const STATE_COLORS: Readonly<Record<TaskState, Color | undefined>> = {
  queued: "blue",
  held: "magenta",
  running: "cyan",
  paused: "yellow",
  succeeded: "green",
  failed: "red",
  cancelled: "dim",
  "timed-out": "red",
  lost: "red",
  skipped: "dim",
};
