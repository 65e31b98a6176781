/** Takes the arguments of a call: bounded in size and number, and as the tool's schema has them. */
import { ClaudineError } from "@claudine/protocol/errors";
import type * as z from "zod";

const BYTES_MAX = 1_048_576;
/** Members and elements, however deep. */
const ELEMENTS_MAX = 20_000;
const PATH_CHARS = 100;

/** @throws ClaudineError too_large, invalid_params */
export function readArguments<P extends z.ZodType>(tool: string, params: P, given: unknown): z.output<P> {
  refuseLarge(tool, given);
  const parsed = params.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  throw new ClaudineError("invalid_params", `Cannot ${tool}: ${problemOf(parsed.error)}`, {
    hint: `The input schema of ${tool} says what it takes`,
  });
}

function refuseLarge(tool: string, given: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(given ?? {}));
  if (bytes > BYTES_MAX)
    throw new ClaudineError(
      "too_large",
      `Cannot ${tool}: the arguments have ${bytes} bytes, and ${BYTES_MAX} are allowed`,
      {
        hint: "Write what is large into a file, and name the file",
      },
    );
  if (elements(given) > ELEMENTS_MAX)
    throw new ClaudineError("too_large", `Cannot ${tool}: the arguments have more than ${ELEMENTS_MAX} elements`, {
      hint: "Spread them over several calls",
    });
}

function elements(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, one) => sum + elements(one), 1);
}

/** The first of them: the others often follow from it. */
function problemOf({ issues }: z.ZodError): string {
  const [first] = issues;
  if (first === undefined) return "the arguments are not what it takes";
  const issue = deepest(first);
  const path = issue.path.map(String).join(".").slice(0, PATH_CHARS);
  const message = issue.message.split("\n")[0] ?? "";
  return path === "" ? message : `${path}: ${message}`;
}

type Issue = z.core.$ZodIssue;

/** Of the members of a union the one that got furthest. */
function deepest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const candidates = issue.errors.flat().map((one) => deepest({ ...one, path: [...issue.path, ...one.path] }));
  return candidates.toSorted((a, b) => b.path.length - a.path.length)[0] ?? issue;
}
