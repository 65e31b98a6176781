import { expect, test } from "vitest";
import { isTooSmall, listLayout, logLayout, scrollTo, SMALLEST } from "./layout.ts";

const OPEN = { paneOpen: true, recorder: false };

test("uses all rows but the last, at every height", () => {
  for (let rows = SMALLEST.rows; rows <= 120; rows += 1) {
    for (const open of [true, false]) {
      const { height, headerRows, tableRows, logRows } = listLayout(
        { columns: 80, rows },
        { paneOpen: open, recorder: false },
      );
      expect(height).toBe(rows - 1);
      // Banner line, column titles and footer; the log has a title.
      expect(headerRows + 3 + tableRows + (logRows > 0 ? logRows + 1 : 0)).toBe(height);
      expect(tableRows).toBeGreaterThan(0);
    }
    const log = logLayout({ columns: 80, rows }, { recorder: false });
    expect(log.headerRows + 3 + log.logRows).toBe(rows - 1);
  }
});

test("gives the log its share at the usual sizes", () => {
  expect(listLayout({ columns: 80, rows: 24 }, OPEN)).toMatchObject({ tableRows: 10, logRows: 6 });
  expect(listLayout({ columns: 200, rows: 60 }, OPEN)).toMatchObject({ tableRows: 53, logRows: 53, beside: true });
  expect(listLayout({ columns: 80, rows: 12 }, OPEN)).toMatchObject({ logRows: 0 });
});

test("knows when there is no room at all", () => {
  expect(isTooSmall({ columns: 20, rows: 5 })).toBe(true);
  expect(isTooSmall({ columns: 40, rows: 8 })).toBe(false);
  expect(listLayout({ columns: 1, rows: 1 }, OPEN).height).toBe(1);
});

test.for([
  [{ offset: 0, cursor: 3, rows: 5, total: 20 }, 0],
  [{ offset: 0, cursor: 7, rows: 5, total: 20 }, 3],
  [{ offset: 10, cursor: 4, rows: 5, total: 20 }, 4],
  [{ offset: 18, cursor: 19, rows: 5, total: 20 }, 15],
  [{ offset: 9, cursor: 0, rows: 5, total: 3 }, 0],
] as const)("scrolls as little as possible: %j to %i", ([{ offset, cursor, rows, total }, expected]) => {
  expect(scrollTo(offset, cursor, { rows, total })).toBe(expected);
});
