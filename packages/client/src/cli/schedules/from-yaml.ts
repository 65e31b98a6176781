/** `schedule --from-yaml FILE`: the file's keys are the options of `schedule add`, and read as such. */
import { dirname, resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { NewSchedule } from "@claudine/protocol/methods";
import type { Command, Input, Io } from "../command.ts";
import { flag, text } from "../input.ts";
import { parseCommand } from "../parse.ts";
import { printJson } from "../print.ts";
import { callerEnv } from "../submit-tasks.ts";
import { entryWords, NotMeant } from "./entry-words.ts";
import { newSchedule } from "./read.ts";

/** `add` is the command whose options the keys are. */
export async function declareFromFile(input: Input, io: Io, add: Command): Promise<number> {
  const file = text(input, "from-yaml") ?? "";
  const origin = file === "-" ? "-" : resolve(file);
  const cwd = file === "-" ? process.cwd() : dirname(origin);
  const schedules: NewSchedule[] = [];
  for (const [name, entry] of await entriesOf(await io.read(file), file))
    schedules.push(await scheduleFrom({ io, add, file, cwd }, name, entry));
  const client = await io.connect();
  const dryRun = flag(input, "dry-run");
  const done = await client.call("schedule.declare", {
    env: await callerEnv(io.env),
    cwd,
    umask: process.umask(),
    origin,
    schedules,
    prune: flag(input, "prune"),
    dryRun,
  });
  if (flag(input, "json")) printJson(io, done);
  else if (!flag(input, "quiet")) io.out(linesOf(done, dryRun));
  return 0;
}

type Done = { added: string[]; changed: string[]; removed: string[]; unchanged: string[] };

function linesOf({ added, changed, removed, unchanged }: Done, dryRun: boolean): string {
  const word = (done: string, would: string) => (dryRun ? `would ${would}` : done);
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [word("added", "add"), added],
    [word("changed", "change"), changed],
    [word("removed", "remove"), removed],
    ["unchanged", unchanged],
  ];
  return rows.flatMap(([what, names]) => names.map((name) => `${what} ${name}\n`)).join("");
}

function refuse(file: string, why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", `Cannot read schedules from ${file}: ${why}`, { hint });
}

async function entriesOf(content: string, file: string): Promise<[string, unknown][]> {
  const hint = "Write schedules: { nightly: { cron: 0 2 * * *, command: ./backup.sh } }";
  const { parseYaml } = await import("./yaml.ts");
  const read = parseYaml(content);
  if ("problem" in read) throw refuse(file, read.problem);
  const { value } = read;
  const schedules = isFields(value) ? value["schedules"] : undefined;
  const other = isFields(value) ? Object.keys(value).find((key) => key !== "schedules") : undefined;
  if (other !== undefined) throw refuse(file, `there is no key "${other}"`, hint);
  if (schedules === null) return [];
  if (!isFields(schedules)) throw refuse(file, 'there is no map "schedules"', hint);
  return Object.entries(schedules);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Place = { io: Io; add: Command; file: string; cwd: string };

async function scheduleFrom({ io, add, file, cwd }: Place, name: string, entry: unknown): Promise<NewSchedule> {
  if (!isFields(entry)) throw refuse(file, `schedule ${name} is no map`);
  const parsed = parseCommand(add, [name, ...wordsOrRefuse(() => entryWords(entry, cwd), file, name)]);
  if (parsed.kind === "run")
    return newSchedule({ input: parsed.input, io, verb: `declare schedule ${name} of ${file}`, pastTimes: true });
  throw refuseEntry(file, name, parsed.kind === "usage" ? parsed.problem.message : "help is no name");
}

function wordsOrRefuse(words: () => string[], file: string, name: string): string[] {
  try {
    return words();
  } catch (error) {
    if (error instanceof NotMeant) throw refuseEntry(file, name, error.message);
    throw error;
  }
}

function refuseEntry(file: string, name: string, why: string): ClaudineError {
  return refuse(file, `schedule ${name}: ${why}`, "The keys are the options of `claudine schedule add`, and command");
}
