/** Cron expressions: node-cron reads them; what is wrong with one is said here. */
import { ClaudineError } from "@claudine/protocol";
import { validateDetailed, type ParsedFields } from "node-cron";
import { daysOf, type IsDay } from "./cron-days.ts";

export type CronFields = Pick<ParsedFields, "second" | "minute" | "hour" | "month"> & { isDay: IsDay };

const FIELDS = [
  { key: "second", name: "second", least: 0, most: 59 },
  { key: "minute", name: "minute", least: 0, most: 59 },
  { key: "hour", name: "hour", least: 0, most: 23 },
  { key: "dayOfMonth", name: "day of month", least: 1, most: 31 },
  { key: "month", name: "month", least: 1, most: 12 },
  { key: "dayOfWeek", name: "day of week", least: 0, most: 7 },
] as const;

const SHOWN = 80;
const HINT =
  "Write minute, hour, day of month, month and day of week as in 0 2 * * 1-5, seconds before them if wanted; or @hourly, @daily, @weekly, @monthly, @yearly";

/** @throws ClaudineError invalid_params, which names the field */
export function parseCron(expression: string): CronFields {
  const { fields, errors } = validateDetailed(expression);
  if (fields === undefined) throw refuse(expression, errors[0] ?? { field: "", message: "it is not understood" });
  const words = expression.trim().split(/\s+/);
  const [dayOfMonth = "*", , dayOfWeek = "*"] = words.slice(words.length === 6 ? 3 : 2);
  // Both days are named: either will do, as in every crontab.
  const either =
    words.length > 1 && isNamed(dayOfMonth, fields.dayOfMonth, 31) && isNamed(dayOfWeek, fields.dayOfWeek, 7);
  const { second, minute, hour, month } = fields;
  return { second, minute, hour, month, isDay: daysOf(fields, either) };
}

function isNamed(word: string, values: readonly (number | string)[], all: number): boolean {
  return !/^[*?]/.test(word) && values.filter((value) => typeof value === "number").length < all;
}

type CronProblem = { field: string; value?: string; message: string };

function refuse(expression: string, problem: CronProblem): ClaudineError {
  const shown = expression.slice(0, SHOWN);
  return new ClaudineError("invalid_params", `Cannot read the cron expression "${shown}": ${whyOf(problem)}`, {
    hint: HINT,
  });
}

function whyOf({ field, value = "", message }: CronProblem): string {
  const row = FIELDS.find(({ key }) => key === field);
  if (row === undefined) return expressionWhy(value, message);
  if (/impossible/.test(message)) return `${row.name}: ${value} does not exist in the month`;
  for (const part of value.split(",")) {
    const why = partWhy(part.trim(), row);
    if (why !== undefined) return `${row.name}: ${why}`;
  }
  return `${row.name}: "${value.slice(0, SHOWN)}" is not understood`;
}

function expressionWhy(value: string, message: string): string {
  if (value.trim().startsWith("@")) return `"${value.slice(0, SHOWN)}" is none of the words`;
  return /expected/.test(message)
    ? message.replace("expected", "there are to be").replace("but got", "and are")
    : message;
}

/** Undefined when nothing is wrong with this part. */
function partWhy(part: string, { key, least, most }: (typeof FIELDS)[number]): string | undefined {
  if (part === "") return "there is nothing between two commas";
  for (const number of part.replace(/[/#].*$/, "").match(/\d+/g) ?? []) {
    if (Number(number) > most) return `${number} is above ${most}`;
    if (Number(number) < least) return `${number} is below ${least}`;
  }
  if (/\/0*$/.test(part)) return `${part} has no step`;
  if (/^\d+\/\d+$/.test(part)) return `${part} steps from one value; write ${part.replace("/", `-${most}/`)}`;
  if (/#/.test(part) && key === "dayOfWeek") return `${part} is to be a day and one of #1 to #5`;
  if (/^(\d+|\*|\d+-\d+)(\/\d+)?$/.test(part)) return undefined;
  return key === "month" || key === "dayOfWeek" || key === "dayOfMonth" || /[^\d*/-]/.test(part)
    ? `"${part.slice(0, SHOWN)}" is not understood`
    : undefined;
}
