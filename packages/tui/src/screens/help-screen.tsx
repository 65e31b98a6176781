/** The page behind `?`. */
import type { ReactNode } from "react";
import { Footer } from "../components/footer.tsx";
import { Lines } from "../components/lines.tsx";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { helpLines, helpRoom } from "../view/help.ts";
import { line, span } from "../view/line.ts";
import { titleRule } from "../view/log-pane.ts";

export function HelpScreen({ scene, look }: { scene: Scene; look: Look }): ReactNode {
  const { columns } = scene.size;
  const { rows, lines: count } = helpRoom(scene.size, look);
  const shown = helpLines(columns, look).slice(scene.ui.helpTop, scene.ui.helpTop + rows);
  const more = count > rows ? [span("more below and above: ", "dim"), span(look.ascii ? "j k" : "↑ ↓", "key")] : [];
  const blank = Array.from({ length: Math.max(0, rows - shown.length) }, () => line());
  return (
    <>
      <Lines
        lines={[titleRule([span("claudine top: keys", "bold")], more, { width: columns, look }), ...shown, ...blank]}
        look={look}
      />
      <Footer scene={scene} look={look} />
    </>
  );
}
