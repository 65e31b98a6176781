/** The output of the chosen task below a title; long lines are cut in the pane and wrapped on the whole page. */
import type { ReactNode } from "react";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { line } from "../view/line.ts";
import { logLines } from "../view/log-pane.ts";
import { logInstead, logTitle } from "../view/log-title.ts";
import { Lines } from "./lines.tsx";

export function LogPane({ scene, rows, look }: { scene: Scene; rows: number; look: Look }): ReactNode {
  const { log, ui, size } = scene;
  const instead = logInstead(scene);
  const room = { rows, columns: size.columns, wrap: ui.page === "log", look };
  const lines =
    instead !== undefined || log === null
      ? [instead ?? line(), ...Array.from({ length: rows - 1 }, () => line())]
      : logLines(log.buffer, ui.logTop, room);
  return <Lines lines={[logTitle(scene, look), ...lines]} look={look} />;
}
