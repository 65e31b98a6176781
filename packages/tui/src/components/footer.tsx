/** The last line. */
import type { ReactNode } from "react";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { footerLine } from "../view/footer.ts";
import { Lines } from "./lines.tsx";

export function Footer({ scene, look }: { scene: Scene; look: Look }): ReactNode {
  const facts = { ui: scene.ui, task: scene.chosen?.task, notice: scene.notice };
  return <Lines lines={[footerLine(facts, { width: scene.size.columns, look })]} look={look} />;
}
