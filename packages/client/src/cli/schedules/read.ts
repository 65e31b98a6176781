/** From the words of `schedule add` and `schedule edit` to what the daemon is asked. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { ChangeSchedule, NewSchedule } from "@claudine/protocol/methods";
import type { Input, Io } from "../command.ts";
import { flag, type Flagged, list, text } from "../input.ts";
import { idFinder, schedulesAfter } from "../rules/depends.ts";
import { readRules } from "../rules/read.ts";
import { duration, wholeNumber, wrong } from "../rules/values.ts";
import { gitRules, sharedOptions } from "../submit-tasks.ts";
import { changedWork, newWork } from "./work.ts";

export type Asked = {
  input: Input;
  io: Io;
  /** As in "Cannot add schedule nightly: …". */
  verb: string;
  /** A time that is over is no mistake: a file may have been carried out before. */
  pastTimes?: boolean;
};

const NONE = "none";
const MOST_RUNS = 999_999_999;

/** @throws ClaudineError invalid_params, not_found */
export async function newSchedule(asked: Asked): Promise<NewSchedule> {
  const { input, io } = asked;
  return naming(asked, async () => {
    const when = await whenOf(asked);
    if (when === undefined) throw refuse("it is not said when it is due", "Give --cron, --every or --at");
    const zone = text(input, "tz") ?? ownZone();
    const rules = withoutNull(await rulesOf(asked));
    const task = {
      ...sharedOptions(input, io.env),
      ...(await taskRules(asked, false)),
      ...(await gitRules(input)),
      ...(await newWork(input, io)),
    };
    // Of a new task nothing is taken away, and no other is submitted with it that it could name.
    return { name: input.args[0] ?? "", when, zone, ...rules, task: task as NewSchedule["task"] };
  });
}

/** Only what was asked; null takes a rule away. `isPrompt`: there is one now, and not a command. @throws ClaudineError invalid_params, not_found */
export async function scheduleChanges(asked: Asked, isPrompt: () => Promise<boolean>): Promise<ChangeSchedule> {
  const { input, io } = asked;
  return naming(asked, async () => {
    const when = await whenOf(asked);
    const zone = text(input, "tz");
    const task = {
      ...sharedOptions(input, io.env),
      ...(await taskRules(asked, true)),
      ...(await gitRules(input)),
      ...(await changedWork(input, io, isPrompt)),
    };
    return {
      ...(when === undefined ? {} : { when }),
      ...(zone === undefined ? {} : { zone }),
      ...(await rulesOf(asked)),
      ...(Object.keys(task).length === 0 ? {} : { task: task as NonNullable<ChangeSchedule["task"]> }),
    };
  });
}

async function naming<T>({ verb }: Asked, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    const why = error.message.replace(/^Cannot submit: /, "");
    throw new ClaudineError(error.code, `Cannot ${verb}: ${why}`, { hint: error.hint });
  }
}

function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", why, { hint });
}

export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

async function whenOf(asked: Asked): Promise<NewSchedule["when"] | undefined> {
  const { input } = asked;
  const given = ["cron", "every", "at"].filter((name) => text(input, name) !== undefined);
  if (given.length > 1) throw refuse(`--${given[0]} does not go with --${given[1]}`, "Give one of them");
  const [cron, every, at] = [text(input, "cron"), text(input, "every"), text(input, "at")];
  if (cron !== undefined) return { kind: "cron", expression: cron };
  if (every !== undefined) return { kind: "every", everyMs: option("every", () => duration(every, { min: 1000 })) };
  return at === undefined ? undefined : { kind: "at", at: await moment(asked, "at") };
}

async function moment({ input, pastTimes }: Asked, name: string): Promise<number> {
  const { understandMoment } = await import("../rules/dates.ts");
  const word = text(input, name) ?? "";
  const zone = text(input, "tz");
  const found = understandMoment(zone === undefined || word.includes("[") ? word : `${word} [${zone}]`, Date.now());
  return option(name, () => {
    if ("problem" in found) throw wrong(word, found.problem, found.hint);
    if (found.at > Date.now() || pastTimes === true) return found.at;
    throw wrong(word, `is over: it was understood as ${found.words}`, "Give a time that is to come");
  });
}

type Rules = Pick<
  ChangeSchedule,
  "jitterMs" | "until" | "maxRuns" | "missed" | "catchupWindowMs" | "overlap" | "afterSchedules"
>;

async function rulesOf(asked: Asked): Promise<Rules> {
  const { input } = asked;
  const [missed, overlap] = [text(input, "missed"), text(input, "overlap")];
  const schedules = schedulesAfter(input);
  const rules = {
    jitterMs: optional(input, "jitter", (word) => duration(word)),
    until: text(input, "until") === NONE ? null : text(input, "until") && (await moment(asked, "until")),
    maxRuns: optional(input, "max-runs", (word) => wholeNumber(word, 1, MOST_RUNS)),
    missed,
    catchupWindowMs: optional(input, "catchup-window", (word) => duration(word)),
    overlap,
    afterSchedules: list(input, "after").length === 0 ? undefined : schedules,
  };
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as Rules;
}

function optional<T>(input: Flagged, name: string, read: (word: string) => T): T | null | undefined {
  const word = text(input, name);
  if (word === undefined) return undefined;
  return word === NONE ? null : option(name, () => read(word));
}

function option<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    throw new ClaudineError(error.code, `--${name} ${error.message}`, { hint: error.hint });
  }
}

/** `--at` and `--jitter` are the schedule's here, and so are the schedules that it waits for. */
async function taskRules({ input, io }: Asked, isKnown: boolean) {
  const { at: _at, jitter: _jitter, ...flags } = input.flags;
  const words = list(input, "after");
  const after = isKnown ? words.filter((word) => !word.startsWith("schedule:")) : words;
  const own: Flagged = {
    flags: {
      ...flags,
      ...(words.length === 0 ? {} : { after }),
      ...(flag(input, "retry-jitter") ? { jitter: true } : {}),
    },
  };
  const find = idFinder(() => io.connect());
  const asked = { input: own, verb: "submit", clearable: isKnown, now: Date.now(), find };
  const { notBefore: _, delayMs: __, ...rules } = await namingRetryJitter(() => readRules(asked));
  return isKnown && words.length > 0 && rules.after === undefined ? { ...rules, after: null } : rules;
}

/** What a submit calls --jitter. */
async function namingRetryJitter<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    throw new ClaudineError(error.code, error.message.replace("--jitter", "--retry-jitter"), { hint: error.hint });
  }
}

function withoutNull<T extends object>(rules: T): { [K in keyof T]: Exclude<T[K], null> } {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== null)) as {
    [K in keyof T]: Exclude<T[K], null>;
  };
}
