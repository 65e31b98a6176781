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
  const words = wordsOf(expression);
  const { fields, errors } = validateDetailed(expression);
  if (fields === undefined) throw refuse(expression, errors[0] ?? { field: "", message: "it is not understood" });
  const [dayOfMonth = "*", , dayOfWeek = "*"] = words.slice(words.length === 6 ? 3 : 2);
  // Both days are named: either will do, as in every crontab.
  const either =
    words.length > 1 && isNamed(dayOfMonth, fields.dayOfMonth, 31) && isNamed(dayOfWeek, fields.dayOfWeek, 7);
  const { second, minute, hour, month } = fields;
  return { second, minute, hour, month, isDay: daysOf(fields, either) };
}

/** Also behind zeros, and not the step behind a slash. */
const ABOVE_99 = /(?<![/\d])0*[1-9]\d{2}/;

/**
 * node-cron writes ranges out before it looks at their ends: one to ten million takes half a minute.
 * @throws ClaudineError invalid_params
 */
function wordsOf(expression: string): string[] {
  const words = expression.split(/\s+/).filter((word) => word !== "");
  if (words.length === 1 && words[0]?.startsWith("@") === true) return words;
  if (words.length !== 5 && words.length !== 6)
    throw refuse(expression, { field: "", message: `there are to be 5 or 6 fields and are ${words.length}` });
  const at = words.findIndex((word) => ABOVE_99.test(word));
  const { key } = FIELDS[at + 6 - words.length] ?? FIELDS[0];
  if (at >= 0) throw refuse(expression, { field: key, value: words[at] ?? "", message: "" });
  return words;
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
  return /illegal/.test(message) ? "there are characters that mean nothing in it" : message;
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
