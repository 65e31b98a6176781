/** A chart of horizontal bars as SVG, readable on light and dark pages. */

export type Bar = {
  label: string;
  value: number;
  /** The least and greatest of the rounds. */
  low: number;
  high: number;
  /** What stands at the end of the bar. */
  text: string;
  /** Ours and what misses its goal stand out. */
  tone: "ours" | "other" | "missed";
};

export type Chart = {
  title: string;
  bars: readonly Bar[];
  /** A line across all bars. */
  limit?: { at: number; text: string };
};

const WIDTH = 920;
const LEFT = 410;
const RIGHT = 180;
const ROW = 26;
const TOP = 54;

const STYLE = `text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:15px}.ours{fill:#3572b0}.other{fill:#9aa5b1}.missed{fill:#c2593f}.spread{stroke:#222;stroke-opacity:.55}.limit{stroke:#222;stroke-dasharray:4 3}@media(prefers-color-scheme:dark){text{fill:#ddd}.spread,.limit{stroke:#ddd}.other{fill:#6b7683}}`;

/** Bars begin at nothing, so that their lengths compare as the values do; one that is far too long ends at the edge. */
export function barChart({ title, bars, limit }: Chart): string {
  const height = TOP + bars.length * ROW + 16;
  const greatest = Math.max(limit?.at ?? 0, ...bars.map(({ high }) => high));
  const widest = limit === undefined ? greatest : Math.min(greatest, 3 * limit.at);
  const x = (value: number): number => round(LEFT + (Math.min(value, widest) / widest) * (WIDTH - LEFT - RIGHT));
  const lines = bars.flatMap((bar, index) => barLines(bar, TOP + index * ROW, x));
  const limitLines =
    limit === undefined
      ? []
      : [
          `<line class="limit" x1="${x(limit.at)}" x2="${x(limit.at)}" y1="${TOP - 8}" y2="${height - 10}"/>`,
          `<text x="${x(limit.at)}" y="${TOP - 14}" text-anchor="middle">${escaped(limit.text)}</text>`,
        ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="12" y="24">${escaped(title)}</text>`,
    ...lines,
    ...limitLines,
    "</svg>",
    "",
  ].join("\n");
}

function barLines({ label, value, low, high, text, tone }: Bar, y: number, x: (value: number) => number): string[] {
  const middle = y + ROW / 2 - 4;
  return [
    `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${tone}" x="${LEFT}" y="${y}" width="${round(Math.max(1, x(value) - LEFT))}" height="${ROW - 8}" rx="2"/>`,
    `<line class="spread" x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${round(Math.max(x(value), x(high)) + 8)}" y="${middle + 4}">${escaped(text)}</text>`,
  ];
}

const round = (value: number): number => Math.round(value * 10) / 10;

function escaped(text: string): string {
  const words: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => words[character] ?? character);
}
