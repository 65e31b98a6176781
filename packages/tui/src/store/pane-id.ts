/** The panes beside or below the table, and what each has to be told by the daemon. */
import type { Task } from "@claudine/protocol/task";
import type { Wanted } from "./side-reader.ts";

export const PANES = [
  { id: "log", word: "log" },
  { id: "details", word: "details" },
  { id: "tree", word: "tree" },
  { id: "runs", word: "runs" },
  { id: "events", word: "events" },
] as const;
export type PaneId = (typeof PANES)[number]["id"];

export function nextPane(id: PaneId): PaneId {
  const at = PANES.findIndex((pane) => pane.id === id);
  return PANES[(at + 1) % PANES.length]?.id ?? "log";
}

/** Null for what is known without asking. */
export function wantedBy(pane: PaneId, task: Task): Wanted | null {
  const version = `${task.status.state} ${task.attempt} ${task.priority}`;
  switch (pane) {
    case "log":
    case "events":
      return null;
    case "details":
    case "runs":
      return { kind: "task", id: task.id, version };
    case "tree":
      return { kind: "graph", id: task.id, version };
  }
}
