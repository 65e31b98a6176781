/** What a row of the benchmark is, and what it finds. */
import { ratios, spreadOf, type Spread } from "./stats.ts";

export type Unit = "µs" | "ms" | "/s" | "B" | "MB" | "ticks" | "h" | "%";

/** What an issue of the product asks for: of the ratio to the reference, or of the figure itself. */
export type Goal = { of: "ratio" | "figure"; atMost: number } | { of: "ratio" | "figure"; atLeast: number };

export type Finding = {
  /** The row's name, for `npm run bench -- NAME`. */
  row: string;
  what: string;
  unit: Unit;
  ours: Spread;
  reference?: { name: string; figure: Spread; ratio: Spread };
  goal?: Goal;
};

export type RowOptions = {
  /** Fewer and shorter rounds. */
  quick: boolean;
  /** Says what is skipped and why. */
  say(line: string): void;
  /** A fresh folder. All are removed only after the last row, as removing many files slows the making of new ones. */
  newFolder(): string;
};

export type Row = {
  name: string;
  about: string;
  run(options: RowOptions): Promise<Finding[]>;
};

type Measured = { row: string; what: string; unit: Unit; goal?: Goal };
type Sides = { ours: readonly number[]; reference?: { name: string; figures: readonly number[] } | undefined };

/** Joins the figures of the rounds of one row, the reference's beside ours. */
export function finding(measured: Measured, { ours, reference }: Sides): Finding {
  const side = reference && {
    name: reference.name,
    figure: spreadOf(reference.figures),
    ratio: spreadOf(ratios(ours, reference.figures)),
  };
  return { ...measured, ours: spreadOf(ours), ...(side && { reference: side }) };
}

/** Undefined without a goal, or when the goal's reference was skipped. */
export function isMet({ ours, reference, goal }: Finding): boolean | undefined {
  const value = goal?.of === "ratio" ? reference?.ratio.median : ours.median;
  if (goal === undefined || value === undefined) return undefined;
  return "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** Runs both sides in turn, the other one first in every second round. */
export async function alternate(rounds: number, sides: readonly (() => Promise<void>)[]): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side();
  }
}
