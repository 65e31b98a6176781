/** Schemas of budgets: what agents' tasks may spend, and what they have spent. */
import * as z from "zod";
import { Millis, TaskId } from "./ids.ts";

/** More than anybody has; what tools say they have spent is cut there. */
export const BUDGET_MOST = { usd: 1_000_000, tokens: 1_000_000_000_000 } as const;

const usd = z.number().positive().max(BUDGET_MOST.usd).describe("US dollars");
const tokens = z.int().positive().max(BUDGET_MOST.tokens).describe("Input that came from no cache, and output");

/** What may be spent; of what is not there as much as one likes. */
export const Budget = z.strictObject({ usd: usd.optional(), tokens: tokens.optional() });
export type Budget = z.infer<typeof Budget>;

/** What is not said stays, null takes a part away. */
export const BudgetParts = z.strictObject({ usd: usd.nullish(), tokens: tokens.nullish() });
export type BudgetParts = z.infer<typeof BudgetParts>;

export const BudgetPeriod = z.enum(["total", "day"]).describe("In all, or on each calendar day");
export type BudgetPeriod = z.infer<typeof BudgetPeriod>;

export const GroupBudget = Budget.extend({ per: BudgetPeriod });
export type GroupBudget = z.infer<typeof GroupBudget>;

export const GroupBudgetParts = BudgetParts.extend({ per: BudgetPeriod.optional() });
export type GroupBudgetParts = z.infer<typeof GroupBudgetParts>;

export const Spent = z.object({ usd: z.number(), tokens: z.number() });
export type Spent = z.infer<typeof Spent>;

/** What the end of a run adds to what its group, and all, have spent. */
export const Charge = Spent.extend({
  group: z.string(),
  day: z.string().describe("On which it ended, as the daemon's clocks show it: 2026-11-22"),
});
export type Charge = z.infer<typeof Charge>;

/** Of a group, or of all agents' tasks. */
export const Account = z.object({
  total: Spent,
  days: z.record(z.string(), Spent).describe("The last of them"),
});
export type Account = z.infer<typeof Account>;

export const BudgetScope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("task"), id: TaskId }),
  z.object({ kind: z.literal("group"), name: z.string() }),
  z.object({ kind: z.literal("day") }),
]);
export type BudgetScope = z.infer<typeof BudgetScope>;

export const BudgetUnit = z.enum(["usd", "tokens"]);
export type BudgetUnit = z.infer<typeof BudgetUnit>;

/** A budget that is used up, until it is raised or its day is over. */
export const BudgetReached = z.object({
  scope: BudgetScope,
  unit: BudgetUnit,
  limit: z.number(),
  spent: z.number().describe("By runs that have ended, and by those that go on so far"),
  day: z.string().nullable().describe("The day that it is about; null for what is counted in all"),
});
export type BudgetReached = z.infer<typeof BudgetReached>;

/** What is left of the narrowest budget when a run starts, which its tool keeps to. */
export const BudgetLeft = z.object({
  usd: z.number(),
  scope: BudgetScope,
  limit: z.number(),
  day: z.string().nullable().optional().describe("The day of which it is left; null for what is counted in all"),
});
export type BudgetLeft = z.infer<typeof BudgetLeft>;

export const AtBudget = z.enum(["finish", "hold", "end"]);
export type AtBudget = z.infer<typeof AtBudget>;

/** A budget as it stands. */
export const BudgetInfo = z.object({
  scope: BudgetScope,
  per: BudgetPeriod,
  limit: Budget.nullable().describe("Null: as much as one likes"),
  spent: Spent.describe("By runs that have ended"),
  running: Spent.describe("By those that go on, so far"),
  reached: z.boolean().describe("Nothing more is started"),
  endsAt: Millis.nullable().describe("When the day is over; null for what is counted in all"),
});
export type BudgetInfo = z.infer<typeof BudgetInfo>;
