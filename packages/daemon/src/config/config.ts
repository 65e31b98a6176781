/** Reads and checks config.yaml. */
import { wrongCustom } from "@claudine/agents";
import * as z from "zod";
import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { ClaudineError, Config, systemWords } from "@claudine/protocol";
import { parseDocument, stringify } from "yaml";
import { describeIssues } from "./issues.ts";

const HINT = "`claudine config check` names every problem; docs/reference/config.md lists the options";
/** Far more than all options take. */
const BYTES_AT_MOST = 1_000_000;

/** No file means the defaults. @throws ClaudineError config_invalid, one line per problem */
export function loadConfig(path: string): Config {
  const text = readTextSafely(path);
  const result = Config.safeParse(text === undefined ? {} : (parseYaml(path, text) ?? {}));
  const problems = result.success ? wrongAgents(result.data) : describeIssues(result.error, Config);
  if (result.success && problems.length === 0) return result.data;
  throw new ClaudineError("config_invalid", problems.map((problem) => `${path}: ${problem}`).join("\n"), {
    hint: HINT,
  });
}

/** What a schema does not see. */
function wrongAgents({ agent }: Config): string[] {
  return Object.entries(agent.custom).flatMap(([name, declared]) => {
    const wrong = wrongCustom(name, declared);
    return wrong === undefined ? [] : [`agent.custom.${name}: ${wrong}`];
  });
}

/** The options as a person would write them, times and sizes with their unit: read back, they are the same. */
export function writtenConfig(config: Config): Record<string, unknown> {
  return written(Config, config);
}

function written(schema: z.ZodObject, values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const option = schema.shape[name] as z.ZodType | undefined;
      const inner = option instanceof z.ZodPrefault ? option.unwrap() : undefined;
      return [name, inner instanceof z.ZodObject ? written(inner, value as object) : writtenValue(option, value)];
    }),
  );
}

function writtenValue(option: z.ZodType | undefined, value: unknown): unknown {
  const unit = typeof value === "number" ? option?.meta()?.["unit"] : undefined;
  if (unit === "duration") return durationText(Number(value));
  return unit === "size" ? sizeText(Number(value)) : value;
}

export function configText(config: Config): string {
  return stringify(writtenConfig(config));
}

/** In the largest unit that is exact. */
function sizeText(bytes: number): string | number {
  const units = ["", "K", "M", "G", "T"];
  let [value, unit] = [bytes, 0];
  while (value > 0 && value % 1024 === 0 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? bytes : `${value}${units[unit] ?? ""}`;
}

const durationText = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

function readTextSafely(path: string): string | undefined {
  try {
    return readText(path);
  } catch (error) {
    throw error instanceof ClaudineError ? error : unreadable(path, systemWords(error), error);
  }
}

function readText(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile()) throw unreadable(path, "it is not a file");
  if (stat.size > BYTES_AT_MOST)
    throw unreadable(path, `it has ${stat.size} bytes, and at most ${BYTES_AT_MOST} are read`);
  const bytes = readFileSync(path);
  if (!isUtf8(bytes)) throw unreadable(path, "it is not UTF-8");
  return bytes.toString("utf8");
}

function unreadable(path: string, why: string, cause?: unknown): ClaudineError {
  return new ClaudineError("config_invalid", `Cannot read ${path}: ${why}`, {
    hint: "Mend it or move it away: without it the defaults are in force",
    cause,
  });
}

function parseYaml(path: string, text: string): unknown {
  const document = parseDocument(text);
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw notYaml(path, problem);
  try {
    return document.toJS({ maxAliasCount: 10 });
  } catch (cause) {
    throw notYaml(path, cause);
  }
}

function notYaml(path: string, cause: unknown): ClaudineError {
  const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "").replace(/:$/, "") : String(cause);
  return new ClaudineError("config_invalid", `${path}: not valid YAML: ${why}`, { hint: HINT, cause });
}
