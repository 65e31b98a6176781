/** From options to the changes of a task that is there, for `set` and `edit`. */
import { resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { ChangeTask } from "@claudine/protocol/methods";
import { given } from "./given.ts";
import { text } from "./input.ts";
import { priorityFrom } from "./priority.ts";
import { type Asked, readRules } from "./rules/read.ts";
import { wholeNumber } from "./rules/values.ts";

const NONE = "none";

/** Only what was given. @throws ClaudineError invalid_params, not_found */
export async function changesOf(asked: Asked): Promise<ChangeTask> {
  const { input, verb } = asked;
  const [label, priority, cwd] = [text(input, "label"), text(input, "priority"), text(input, "cwd")];
  return {
    ...given({
      label: label === "" ? null : label,
      group: text(input, "group"),
      priority: priority === undefined ? undefined : priorityFrom(verb, priority),
      cwd: cwd === undefined ? undefined : resolve(cwd),
      key: orNone(text(input, "key")),
      onFinish: orNone(text(input, "on-finish")),
      maxFails: failures(asked),
    }),
    ...(await readRules(asked)),
  };
}

function orNone(word: string | undefined): string | null | undefined {
  return word === NONE ? null : word;
}

const MOST_FAILURES = 100_000;

function failures({ input, verb }: Asked): number | null | undefined {
  const word = orNone(text(input, "max-fails"));
  if (word === undefined || word === null) return word;
  try {
    return wholeNumber(word, 0, MOST_FAILURES);
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    throw new ClaudineError(error.code, `Cannot ${verb}: --max-fails ${error.message}`, { hint: error.hint });
  }
}
