/** Methods about what agents may spend. */
import * as z from "zod";
import { AtBudget, BudgetInfo } from "../budget.ts";
import { Empty } from "../params.ts";
import { method } from "./method.ts";

export const BUDGETS_METHODS = {
  "budget.list": method(
    "What agents have spent, and may spend: of the day, of the groups that have spent something or have a budget, and of unfinished tasks that have their own or have begun to use up the configured one.",
    Empty,
    z.object({
      budgets: z.array(BudgetInfo),
      atLimit: AtBudget.describe("What becomes of runs when a budget is used up"),
    }),
  ),
} as const;
