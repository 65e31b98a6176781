/** `claudine budgets`: what agents have spent, and may spend. */
import type { BudgetInfo } from "@claudine/protocol/budget";
import { formatDuration, formatTokens } from "@claudine/protocol/units";
import { scopeText } from "../budgets/words.ts";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson } from "../print.ts";
import { type Column, renderTable } from "../table.ts";

export const budgets: Command = {
  name: "budgets",
  summary: "Show what agents have spent, and what they may spend: of the day, of groups and of tasks",
  options: [],
  examples: [
    ["claudine budgets", "spent by runs that have ended, and so far by those that go on"],
    ["claudine group set night --budget 20 --budget-per day", "gives a group a budget"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const found = await client.call("budget.list", {});
    if (flag(input, "json")) printJson(io, found);
    else
      io.out(
        renderTable(COLUMNS, found.budgets, io)
          .map((line) => `${line}\n`)
          .join(""),
      );
    return 0;
  },
};

const usdText = (usd: number): string => usd.toFixed(2);

const COLUMNS: readonly Column<BudgetInfo>[] = [
  { title: "OF", text: ({ scope }) => scopeText(scope) },
  { title: "DOLLARS", align: "right", text: (info) => ofLimit(info, "usd", usdText) },
  { title: "TOKENS", align: "right", text: (info) => ofLimit(info, "tokens", formatTokens) },
  { title: "PER", text: ({ per, limit }) => (limit === null && per === "total" ? "" : per) },
  { title: "ENDS IN", text: ({ endsAt }) => (endsAt === null ? "" : formatDuration(Math.max(0, endsAt - Date.now()))) },
  { title: "NOTE", text: ({ reached }) => (reached ? "used up: nothing more is started" : "") },
];

function ofLimit({ limit, spent, running }: BudgetInfo, unit: "usd" | "tokens", words: (n: number) => string): string {
  const so = words(spent[unit] + running[unit]);
  const most = limit?.[unit];
  return most === undefined ? so : `${so} of ${words(most)}`;
}
