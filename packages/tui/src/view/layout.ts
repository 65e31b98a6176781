/** How the rows and columns of the terminal are shared out. */

export type Size = { columns: number; rows: number };

export const SMALLEST: Size = { columns: 40, rows: 8 };

export type Layout = {
  /** Everything is this high: one less than the terminal, so that it never scrolls. */
  height: number;
  headerRows: number;
  tableRows: number;
  /** Lines of the pane below its title; 0 when it is closed or there is no room. */
  logRows: number;
  tableColumns: number;
  /** As wide as the table below it, or its own part beside it. */
  paneColumns: number;
  beside: boolean;
};

/** What is open on the screen. */
export type Open = { paneOpen: boolean; recorder: boolean };

/** The least height at which a pane leaves the table enough. */
const LOG_FROM_HEIGHT = 15;
const LOG_SHARE = 0.4;
/** The least width at which the pane stands beside the table. */
const BESIDE_FROM = 160;
const TABLE_SHARE = 0.65;
/** The line with the tabs, the column titles and the footer. */
const FRAME_ROWS = 3;

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows;
}

/** The tab of the tasks: header, tabs, column titles, table, pane with its title, footer. */
export function listLayout(size: Size, open: Open): Layout {
  const height = Math.max(1, size.rows - 1);
  const headerRows = headerRowsOf(height) + (open.recorder && height >= 12 ? 1 : 0);
  const body = Math.max(1, height - headerRows - FRAME_ROWS);
  const whole = { height, headerRows, tableColumns: size.columns, paneColumns: size.columns, beside: false };
  if (!open.paneOpen || height < LOG_FROM_HEIGHT) return { ...whole, tableRows: body, logRows: 0 };
  if (size.columns < BESIDE_FROM) {
    const logRows = Math.floor((body - 1) * LOG_SHARE);
    return { ...whole, tableRows: body - logRows - 1, logRows };
  }
  const tableColumns = Math.floor(size.columns * TABLE_SHARE);
  const paneColumns = size.columns - tableColumns - 1;
  return { height, headerRows, tableRows: body, logRows: body, tableColumns, paneColumns, beside: true };
}

function headerRowsOf(height: number): number {
  if (height >= 20) return 3;
  return height >= 12 ? 2 : 1;
}

/** One thing on the whole page: header, tabs, title, its lines, footer. */
export function logLayout(size: Size, { recorder }: { recorder: boolean }): Layout {
  const { tableRows, ...rest } = listLayout(size, { paneOpen: false, recorder });
  return { ...rest, tableRows: 0, logRows: tableRows };
}

/** The first row to show so that the cursor is seen, moving as little as possible. */
export function scrollTo(offset: number, cursor: number, room: { rows: number; total: number }): number {
  const last = Math.max(0, room.total - room.rows);
  const atLeast = cursor - room.rows + 1;
  return Math.min(last, Math.max(0, Math.min(Math.max(offset, atLeast), cursor)));
}
