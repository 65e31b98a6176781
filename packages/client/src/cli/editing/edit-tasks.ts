/** Edits tasks in one session of the editor, and does all of it or nothing. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { ParamsIn } from "@claudine/protocol/methods";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Client } from "../../client.ts";
import { changesOf } from "../change-tasks.ts";
import type { Io } from "../command.ts";
import { fetchTasks } from "../fetch-tasks.ts";
import { namedIds } from "../resolve-task.ts";
import { idFinder } from "../rules/depends.ts";
import { askAgain } from "./ask-again.ts";
import { bodyOf, entryOf, isChanged, readEdited } from "./text.ts";
import { editText } from "./editor.ts";

const MOST = 1000;

export type Wish = {
  words: readonly string[];
  /** `edit`, or `retry`, which queues finished tasks again. */
  verb: "edit" | "retry";
  states: readonly TaskInfo["state"][];
};

/** @returns the tasks that were changed. @throws ClaudineError */
export async function editTasks(io: Io, client: Client, wish: Wish): Promise<TaskInfo[]> {
  const tasks = await tasksToEdit(client, wish);
  const entries = tasks.map(entryOf);
  const find = idFinder(() => Promise.resolve(client));
  const retry = wish.verb === "retry";
  return editText({
    env: io.env,
    body: bodyOf(entries),
    verb: retry ? "are queued again" : "are changed",
    again: (problem) => askAgain(io, problem),
    take: async (text) => {
      const edited = readEdited(text, entries);
      // Tasks that stand in the text are retried even if nothing was changed.
      const wanted = retry ? edited : edited.filter(isChanged);
      const edits: ParamsIn<"task.edit">["edits"] = [];
      for (const { id, flags, command } of wanted) {
        const asked = { input: { flags }, verb: `${wish.verb} task ${id}`, clearable: true, now: Date.now(), find };
        const changes = await changesOf(asked);
        edits.push({ id, changes: command === undefined ? changes : { ...changes, command } });
      }
      return edits.length === 0 ? [] : (await client.call("task.edit", { edits, retry })).tasks;
    },
  });
}

async function tasksToEdit(client: Client, { words, verb, states }: Wish): Promise<TaskInfo[]> {
  const { tasks, more } = await fetchTasks(client, { selector: [...words] }, MOST);
  if (more) throw new ClaudineError("limit", `Cannot ${verb} more than ${MOST} tasks in one session`);
  const named = namedIds(words);
  const refused = tasks.find(({ id, state }) => named.has(id) && !states.includes(state));
  if (refused !== undefined)
    throw new ClaudineError("wrong_state", `Cannot ${verb} task ${refused.id}: it is ${refused.state}`, {
      hint: verb === "edit" ? "Only what waits can be edited; claudine retry -e edits what has ended" : undefined,
    });
  const missing = [...named].find((id) => !tasks.some((task) => task.id === id));
  if (missing !== undefined)
    throw new ClaudineError("not_found", `Cannot ${verb} task ${missing}: there is no such task`, {
      hint: "claudine list --all",
    });
  const found = tasks.filter(({ state }) => states.includes(state)).toSorted((a, b) => a.id - b.id);
  if (found.length > 0) return found;
  throw new ClaudineError(
    "not_found",
    `Cannot ${verb} "${words.join(" ").slice(0, 80)}": no such task is in a state for it`,
    {
      hint: "claudine list",
    },
  );
}
