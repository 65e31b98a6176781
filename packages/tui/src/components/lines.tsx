/** Draws lines of the screen, one text per row. */
import { Text } from "ink";
import type { ReactNode } from "react";
import type { Look } from "../theme.ts";
import { paint, type Line } from "../view/line.ts";

export function Lines({ lines, look }: { lines: readonly Line[]; look: Look }): ReactNode {
  // A row is its place on the screen, so the index is the right key.
  return lines.map((one, index) => (
    <Text key={index} wrap="truncate-end">
      {paint(one, look) || " "}
    </Text>
  ));
}
