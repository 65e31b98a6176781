/** Draws lines of the screen, one text per row; a row that is as it was is not drawn again. */
import { Text } from "ink";
import { memo, type ReactNode } from "react";
import type { Look } from "../theme.ts";
import { paint, type Line } from "../view/line.ts";

export function Lines({ lines, look }: { lines: readonly Line[]; look: Look }): ReactNode {
  // A row is its place on the screen, so the index is the right key.
  return lines.map((one, index) => <Row key={index} text={paint(one, look) || " "} />);
}

const Row = memo(({ text }: { text: string }) => <Text wrap="truncate-end">{text}</Text>);
