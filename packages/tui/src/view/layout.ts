/** How the rows of the terminal are shared out. */

export type Size = { columns: number; rows: number };

export const SMALLEST: Size = { columns: 40, rows: 8 };

export type Layout = {
  /** Everything is this high: one less than the terminal, so that it never scrolls. */
  height: number;
  headerRows: number;
  tableRows: number;
  /** Lines of the log below its title; 0 when it is closed or there is no room. */
  logRows: number;
};

/** The least height at which a log pane leaves the table enough. */
const LOG_FROM_HEIGHT = 15;
const LOG_SHARE = 0.4;

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows;
}

/** The list page: header, banner line, column titles, table, log with its title, footer. */
export function listLayout(size: Size, logOpen: boolean): Layout {
  const height = Math.max(1, size.rows - 1);
  const headerRows = height >= 12 ? 2 : 1;
  const body = Math.max(1, height - headerRows - 3);
  const logRows = logOpen && height >= LOG_FROM_HEIGHT ? Math.floor((body - 1) * LOG_SHARE) : 0;
  return { height, headerRows, tableRows: body - (logRows > 0 ? logRows + 1 : 0), logRows };
}

/** The log on the whole page: header, banner line, title, log, footer. */
export function logLayout(size: Size): Layout {
  const { height, headerRows } = listLayout(size, false);
  return { height, headerRows, tableRows: 0, logRows: Math.max(1, height - headerRows - 3) };
}

/** The schedules on the whole page: header, banner line, titles, rows, footer. */
export function scheduleRows(size: Size): number {
  return logLayout(size).logRows;
}

/** The first row to show so that the cursor is seen, moving as little as possible. */
export function scrollTo(offset: number, cursor: number, room: { rows: number; total: number }): number {
  const last = Math.max(0, room.total - room.rows);
  const atLeast = cursor - room.rows + 1;
  return Math.min(last, Math.max(0, Math.min(Math.max(offset, atLeast), cursor)));
}
