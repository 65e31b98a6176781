/** Which charts are made of the findings. */
import type { Bar, Chart } from "./plot.ts";
import { isMet, type Finding } from "./row.ts";
import type { Spread } from "./stats.ts";
import { figureText } from "./table.ts";

/** By file name. */
export function chartsOf(findings: readonly Finding[]): Map<string, Chart> {
  return new Map([
    ["goals", goalsChart(findings)],
    ...besideChart(findings, "throughput", "1000 trivial tasks on two slots"),
    ...besideChart(findings, "idle", "RSS after one task"),
  ]);
}

/** How much of its goal each figure takes; for what should be large, how much of it is missing. */
function goalsChart(findings: readonly Finding[]): Chart {
  const bars = findings.flatMap((found): Bar[] => {
    const { goal, reference, what } = found;
    const spread = goal?.of === "ratio" ? reference?.ratio : found.ours;
    if (goal === undefined || spread === undefined) return [];
    const share = shareOf(spread, goal);
    if (share === undefined) return [];
    const tone = isMet(found) === true ? "ours" : "missed";
    return [
      {
        ...spreadBar(`${what}${goal.of === "ratio" ? `, beside ${reference?.name}` : ""}`, share),
        text: `${(100 * share.median).toFixed(0)} %`,
        tone,
      },
    ];
  });
  return { title: "Each goal is 100 %; less is better", bars, limit: { at: 1, text: "goal" } };
}

/** Undefined when the goal is to have none of it. */
function shareOf(spread: Spread, goal: NonNullable<Finding["goal"]>): Spread | undefined {
  if ("atLeast" in goal) {
    const { median, low, high } = spread;
    return { median: goal.atLeast / median, low: goal.atLeast / high, high: goal.atLeast / low };
  }
  if (goal.atMost === 0) return undefined;
  const { median, low, high } = spread;
  return { median: median / goal.atMost, low: low / goal.atMost, high: high / goal.atMost };
}

/** Ours and every reference of one measurement. */
function besideChart(findings: readonly Finding[], row: string, what: string): [string, Chart][] {
  const found = findings.filter((one) => one.row === row && one.what === what);
  const [first] = found;
  if (first === undefined) return [];
  const bars = [
    { name: "Claudine", figure: first.ours, tone: "ours" } as const,
    ...found.flatMap(({ reference }) =>
      reference === undefined ? [] : [{ name: reference.name, figure: reference.figure, tone: "other" } as const],
    ),
  ].map(({ name, figure, tone }): Bar => ({
    ...spreadBar(name, figure),
    text: figureText(figure, first.unit),
    tone,
  }));
  return [[row, { title: what, bars }]];
}

const spreadBar = (label: string, { median, low, high }: Spread): Omit<Bar, "text" | "tone"> => ({
  label: label.replaceAll("`", ""),
  value: median,
  low,
  high,
});
