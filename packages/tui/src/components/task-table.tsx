/** The table of tasks. */
import type { ReactNode } from "react";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { tableLines } from "../view/table.ts";
import { Lines } from "./lines.tsx";

export function TaskTable({ scene, rows, look }: { scene: Scene; rows: number; look: Look }): ReactNode {
  return <Lines lines={tableLines(scene, rows, look)} look={look} />;
}
