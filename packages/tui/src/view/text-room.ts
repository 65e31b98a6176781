/** Texts that are scrolled as a whole: the help, what a verb printed, a pane on the whole page. */
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { helpLines } from "./help.ts";
import { logLayout } from "./layout.ts";
import type { Line } from "./line.ts";
import { logLines } from "./log-pane.ts";
import { paneText } from "./pane.ts";

/** All lines of the text on the page, whether they are seen or not. */
export function textLines(scene: Scene, look: Look): Line[] {
  const { columns } = scene.size;
  switch (scene.ui.page) {
    case "help":
      return helpLines(columns, look);
    case "log":
      return paneText(scene, { columns, look });
    case "output": {
      const lines = scene.output?.lines ?? [];
      const source = {
        range: { first: 0, end: lines.length },
        slice: (from: number, to: number) => lines.slice(from, to),
      };
      return logLines(source, 0, { rows: lines.length, columns, wrap: false, look });
    }
    case "list":
    case "groups":
    case "schedules":
    case "host":
    case "events":
      return [];
  }
}

/** How much there is to scroll, and how much of it is seen. */
export function textRoom(scene: Scene, look: Look): { lines: number; rows: number } {
  const { logRows, headerRows } = logLayout(scene.size, scene.ui);
  // The help has no header above it.
  const rows = scene.ui.page === "help" ? logRows + headerRows + 1 : logRows;
  return { lines: textLines(scene, look).length, rows };
}
