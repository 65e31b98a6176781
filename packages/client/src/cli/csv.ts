/** Rows as CSV (RFC 4180): CRLF after each line, quotes where a value needs them. */

export type Cell = string | number | null;

/**
 * A text that a spreadsheet would take for a formula gets a `'` before it, which it takes for "this is text": a command
 * and a label may be of strangers. Numbers stay as they are.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(",")}\r\n`;
}

const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/;

function quoted(cell: Cell): string {
  if (typeof cell !== "string") return String(cell ?? "");
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
