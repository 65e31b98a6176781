/** What a task waits for: `--after`, `--after-any`, `--after-failure`. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Dependency, DependsOn } from "@claudine/protocol/rules";
import type { Client } from "../../client.ts";
import { fetchTasks } from "../fetch-tasks.ts";
import { type Flagged, list } from "../input.ts";

export const AFTER_OPTIONS: Readonly<Record<string, DependsOn>> = {
  after: "success",
  "after-any": "any",
  "after-failure": "failure",
};

/** More than a task may depend on. */
const NAMED_AT_MOST = 10_000;
const ID = /^[1-9]\d{0,9}$/;

/** From words to ids; plain ids are not looked up: the daemon says when one is not there. */
export type FindIds = (word: string) => Promise<readonly number[]>;

export function idFinder(connect: () => Promise<Client>): FindIds {
  const known = new Map<string, Promise<readonly number[]>>();
  return (word) => {
    const found = known.get(word) ?? findIds(connect, word);
    known.set(word, found);
    return found;
  };
}

async function findIds(connect: () => Promise<Client>, word: string): Promise<readonly number[]> {
  if (ID.test(word)) return [Number(word)];
  const { tasks, more } = await fetchTasks(await connect(), { selector: [word] }, NAMED_AT_MOST);
  if (more)
    throw new ClaudineError("limit", `"${word}" names more than ${NAMED_AT_MOST} tasks`, {
      hint: "Let one task wait for them, and wait for that one",
    });
  if (tasks.length > 0) return tasks.map(({ id }) => id);
  throw new ClaudineError("not_found", `there is no task "${word.slice(0, 80)}" to depend on`, {
    hint: "claudine list --all",
  });
}

/** Undefined when none of the options was given. @throws ClaudineError */
export async function dependencies(input: Flagged, find: FindIds): Promise<Dependency[] | undefined> {
  const found = new Map<number, DependsOn>();
  let asked = false;
  for (const [option, on] of Object.entries(AFTER_OPTIONS)) {
    for (const word of wordsOf(list(input, option))) {
      if (word.startsWith(SCHEDULE)) continue;
      asked = true;
      for (const id of await find(word)) {
        const other = found.get(id);
        if (other !== undefined && other !== on)
          throw new ClaudineError("invalid_params", `task ${id} cannot be waited for in two ways`, {
            hint: "--after-any holds for any end",
          });
        found.set(id, on);
      }
    }
  }
  return asked ? [...found].map(([id, on]) => ({ id, on })) : undefined;
}

function wordsOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => (/^(label|group):/.test(text) ? [text] : text.split(",").map((word) => word.trim())));
}

const SCHEDULE = "schedule:";

/** The schedules that `--after schedule:NAME` names. @throws ClaudineError when they stand where only tasks can */
export function schedulesAfter(input: Flagged): string[] {
  for (const option of ["after-any", "after-failure"])
    if (wordsOf(list(input, option)).some((word) => word.startsWith(SCHEDULE)))
      throw new ClaudineError("invalid_params", `--${option} does not take a schedule`, {
        hint: "--after schedule:NAME waits for its last success",
      });
  return wordsOf(list(input, "after")).flatMap((word) =>
    word.startsWith(SCHEDULE) ? [word.slice(SCHEDULE.length)] : [],
  );
}
