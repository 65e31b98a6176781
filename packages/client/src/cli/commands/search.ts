/** `claudine search`: finds tasks by label, command, prompt and output. */
import { ClaudineError, ERRORS } from "@claudine/protocol/errors";
import type { ParamsIn, Result } from "@claudine/protocol/methods";
import type { SearchField, SearchMatch, SearchProblem } from "@claudine/protocol/search";
import { safeJson } from "@claudine/protocol/text";
import type { Client } from "../../client.ts";
import type { Command, Input, Io } from "../command.ts";
import { given } from "../given.ts";
import { flag, list, number, text } from "../input.ts";
import { sinceTime } from "../log-options.ts";
import { matchLine } from "../match-line.ts";
import { say } from "../print.ts";
import { ALL_STATES, states } from "../states.ts";

const FIELDS: readonly SearchField[] = ["label", "command", "prompt", "output"];
const DEFAULT_LIMIT = 1000;
const PAGE = 1000;

export const search: Command = {
  name: "search",
  summary: "Find tasks by label, command, prompt and output; exits with 1 when there is nothing",
  positional: [
    { name: "TEXT", describe: "What to look for, as it is", required: true },
    { name: "TASK", describe: "Only in these: ids, last:20, label:NAME, group:NAME, a state", many: true },
  ],
  options: [
    { name: "regex", short: "e", type: "boolean", describe: "TEXT is a regular expression (of JavaScript)" },
    { name: "ignore-case", short: "i", type: "boolean", describe: "Capitals and small letters are the same" },
    { name: "in", type: "list", arg: "WHERE", describe: "Only there; repeat for more", choices: FIELDS },
    { name: "state", type: "list", arg: "STATE", describe: "Only this state; repeat for more", choices: ALL_STATES },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "Only this group" },
    { name: "label", short: "l", type: "string", arg: "TEXT", describe: "Only this label" },
    { name: "since", type: "string", arg: "TIME", describe: "Only tasks that had not ended before: 24h ago, 17:30" },
    { name: "until", type: "string", arg: "TIME", describe: "Only tasks that were submitted until then" },
    { name: "per-task", short: "m", type: "number", least: 1, arg: "N", describe: "At most N matches of each task" },
    {
      name: "limit",
      short: "n",
      type: "number",
      least: 1,
      arg: "N",
      describe: `At most N matches, or with -q tasks (${DEFAULT_LIMIT})`,
    },
    { name: "cursor", type: "string", arg: "NEXT", describe: "Go on where an earlier answer ended" },
  ],
  examples: [
    ["claudine search 'connection refused' --state failed --since 24h", ""],
    ["claudine search -e 'warning: .* (deprecated|unused)' -i --in output", ""],
    ["claudine retry $(claudine search -q 'No space left' failed)", "-q prints the ids only"],
  ],
  async run(input, io) {
    const params = paramsOf(input);
    const printer = printerOf(input, io);
    const { count, next, isWhole } = await findAll(await io.connect(), params, {
      limit: number(input, "limit") ?? DEFAULT_LIMIT,
      signal: io.interrupt(),
      printer,
    });
    await printer.end(next);
    if (count > 0) return 0;
    return isWhole ? 1 : ERRORS.os.exit;
  },
};

type Wanted = ParamsIn<"task.search">;

/** @throws ClaudineError invalid_params */
function paramsOf(input: Input): Wanted {
  const now = Date.now();
  const [words = "", ...selector] = input.args;
  const [since, until] = [sinceTime(input, "since", now), sinceTime(input, "until", now)];
  if (since !== undefined && until !== undefined && since > until)
    throw new ClaudineError("invalid_params", "Cannot search: --since is after --until");
  const fields = list(input, "in");
  return {
    text: words,
    ...given({
      regex: flag(input, "regex") || undefined,
      ignoreCase: flag(input, "ignore-case") || undefined,
      fields: fields.length === 0 ? undefined : (fields as SearchField[]),
      selector: selector.length === 0 ? undefined : selector,
      states: states(input, "state"),
      group: text(input, "group"),
      label: text(input, "label"),
      since,
      until,
      perTask: flag(input, "quiet") && !flag(input, "json") ? 1 : number(input, "per-task"),
      cursor: text(input, "cursor"),
    }),
  };
}

type Printer = {
  matches(matches: readonly SearchMatch[]): Promise<void>;
  problems(problems: readonly SearchProblem[]): void;
  end(next: string | null): Promise<void>;
};

type Asking = { limit: number; signal: AbortSignal; printer: Printer };

/** Each page is printed before the next one is asked for. */
async function findAll(
  client: Client,
  params: Wanted,
  { limit, signal, printer }: Asking,
): Promise<{ count: number; next: string | null; isWhole: boolean }> {
  let count = 0;
  let isWhole = true;
  let from: Pick<Wanted, "cursor"> = {};
  for (;;) {
    const page: Result<"task.search"> = await client.call(
      "task.search",
      { ...params, ...from, limit: Math.min(PAGE, limit - count) },
      { signal },
    );
    count += page.matches.length;
    await printer.matches(page.matches);
    printer.problems(page.problems);
    isWhole &&= page.problems.length === 0;
    if (page.next === null || count >= limit) return { count, next: page.next, isWhole };
    from = { cursor: page.next };
  }
}

function printerOf(input: Input, io: Io): Printer {
  if (flag(input, "json")) return jsonPrinter(io);
  const isQuiet = flag(input, "quiet");
  const line = (match: SearchMatch) => (isQuiet ? String(match.id) : matchLine(match, io.color));
  return {
    matches: (found) => io.write("stdout", found.map((match) => `${line(match)}\n`).join("")),
    problems(problems) {
      for (const { id, attempt, stream, message } of problems)
        say(input, io, `Not searched: the ${stream} of run ${attempt} of task ${id}: ${message}`);
    },
    async end(next) {
      if (next !== null) say(input, io, `There may be more: --limit N, or --cursor ${next}`);
    },
  };
}

function jsonPrinter(io: Io): Printer {
  let before = '{"matches": [';
  const all: SearchProblem[] = [];
  return {
    async matches(found) {
      for (const match of found) {
        await io.write("stdout", `${before}\n${safeJson(match)}`);
        before = ",";
      }
    },
    problems: (problems) => void all.push(...problems),
    end: (next) =>
      io.write(
        "stdout",
        `${before === "," ? "\n" : before}], "problems": ${safeJson(all)}, "next": ${safeJson(next)}}\n`,
      ),
  };
}
