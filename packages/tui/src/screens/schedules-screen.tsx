/** The page behind `d`: what is due, and when. */
import type { ReactNode } from "react";
import { Footer } from "../components/footer.tsx";
import { Header } from "../components/header.tsx";
import { Lines } from "../components/lines.tsx";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { listLayout, scheduleRows } from "../view/layout.ts";
import { scheduleLines } from "../view/schedules.ts";

export function SchedulesScreen({ scene, look }: { scene: Scene; look: Look }): ReactNode {
  const { headerRows } = listLayout(scene.size, false);
  return (
    <>
      <Header scene={scene} rows={headerRows} look={look} />
      <Lines lines={scheduleLines(scene, scheduleRows(scene.size), look)} look={look} />
      <Footer scene={scene} look={look} />
    </>
  );
}
