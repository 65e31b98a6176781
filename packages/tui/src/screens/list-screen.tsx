/** The page people leave open: header, table, log, footer. */
import type { ReactNode } from "react";
import { Footer } from "../components/footer.tsx";
import { Header } from "../components/header.tsx";
import { LogPane } from "../components/log-pane.tsx";
import { TaskTable } from "../components/task-table.tsx";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { listLayout } from "../view/layout.ts";

export function ListScreen({ scene, look }: { scene: Scene; look: Look }): ReactNode {
  const { headerRows, tableRows, logRows } = listLayout(scene.size, scene.ui.logOpen);
  return (
    <>
      <Header scene={scene} rows={headerRows} look={look} />
      <TaskTable scene={scene} rows={tableRows} look={look} />
      {logRows > 0 && <LogPane scene={scene} rows={logRows} look={look} />}
      <Footer scene={scene} look={look} />
    </>
  );
}
