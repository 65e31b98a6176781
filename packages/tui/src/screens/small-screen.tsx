/** Says that the terminal is too small, in whatever room there is. */
import type { ReactNode } from "react";
import { Lines } from "../components/lines.tsx";
import type { Look } from "../theme.ts";
import { SMALLEST, type Size } from "../view/layout.ts";
import { line, span, type Line } from "../view/line.ts";
import { cut } from "../view/text.ts";

export function SmallScreen({ size, look }: { size: Size; look: Look }): ReactNode {
  return <Lines lines={smallLines(size)} look={look} />;
}

function smallLines({ columns, rows }: Size): Line[] {
  const height = Math.max(1, rows - 1);
  const words = [`Too small: ${columns}x${rows}`, `needs ${SMALLEST.columns}x${SMALLEST.rows}`, "q quits"];
  return Array.from({ length: height }, (_, index) => line(span(cut(words[index] ?? "", columns, ""))));
}
