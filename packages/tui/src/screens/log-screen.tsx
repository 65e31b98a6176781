/** The log of the chosen task on the whole page. */
import type { ReactNode } from "react";
import { Footer } from "../components/footer.tsx";
import { Header } from "../components/header.tsx";
import { LogPane } from "../components/log-pane.tsx";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { logLayout } from "../view/layout.ts";

export function LogScreen({ scene, look }: { scene: Scene; look: Look }): ReactNode {
  const { headerRows, logRows } = logLayout(scene.size);
  return (
    <>
      <Header scene={scene} rows={headerRows} look={look} />
      <LogPane scene={scene} rows={logRows} look={look} />
      <Footer scene={scene} look={look} />
    </>
  );
}
