/** Why a daemon ended, by what it wrote to its log. */
import { type ErrorCode, ERRORS } from "@claudine/protocol/errors";
import { oneLine } from "@claudine/protocol/text";

export type LastWords = {
  /** One line, without controls that a terminal acts on. */
  reason: string;
  /** All that it complained of, the reason first. */
  problems: readonly string[];
  hint: string | undefined;
  /** Of an error that the daemon expects; undefined for anything else. */
  code: ErrorCode | undefined;
};

type Entry = Readonly<Record<string, unknown>>;

const LONGEST = 500;

/** Undefined when it said nothing. */
export function lastWords(log: string): LastWords | undefined {
  const lines = log.trimEnd().split("\n");
  // Not every line is JSON: Node itself may have had the last word, and ends it with its version.
  const line = lines.findLast((one) => refusal(one) !== undefined || /^\w*Error\b/.test(one)) ?? lines.at(-1) ?? "";
  if (line === "") return undefined;
  const entry = parseEntry(line);
  if (entry === undefined) return wordsOf([line.slice(0, LONGEST)]);
  const cause = "error" in entry ? `: ${String(entry["error"])}` : "";
  return wordsOf(`${String(entry["message"])}${cause}`.split("\n"), entry);
}

function wordsOf(lines: readonly string[], entry: Entry = {}): LastWords {
  const hint = entry["hint"];
  const problems = lines.map(oneLine);
  return {
    reason: problems[0] ?? "",
    problems,
    hint: typeof hint === "string" ? oneLine(hint) : undefined,
    code: codeOf(entry),
  };
}

/** The entry of an error that the daemon expects, and ended with. */
function refusal(line: string): Entry | undefined {
  const entry = parseEntry(line);
  return entry?.["level"] === "error" && codeOf(entry) !== undefined ? entry : undefined;
}

function codeOf({ code }: Entry): ErrorCode | undefined {
  return typeof code === "string" && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : undefined;
}

function parseEntry(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null && "message" in entry ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}
