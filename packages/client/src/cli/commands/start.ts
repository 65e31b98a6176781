/** `claudine start`: starts waiting tasks, with `--force` past everything but what others have. */
import { ClaudineError } from "@claudine/protocol/errors";
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { fetchTasks } from "../fetch-tasks.ts";
import { flag } from "../input.ts";
import { nameTasks, say } from "../print.ts";
import { namedIds, selectorOf } from "../resolve-task.ts";

export const start: Command = {
  name: "start",
  summary: "Let held tasks start; with --force start waiting ones now",
  positional: [TASKS],
  options: [
    {
      name: "force",
      type: "boolean",
      describe:
        "Past slots, pauses, times, dependencies and limits of agents; locks and counted resources must be free",
    },
  ],
  examples: [["claudine start 12 --force", "at once, whatever it waits for"]],
  async run(input, io) {
    const client = await io.connect();
    const selector = [...input.args];
    if (flag(input, "force")) {
      const { tasks } = await client.call("task.start", { selector });
      return reportTasks(input, io, { done: "Started", tasks });
    }
    const { tasks: found } = await fetchTasks(client, { selector }, Number.POSITIVE_INFINITY);
    const named = namedIds(selector);
    const wrong = found.find(({ id, state }) => named.has(id) && state !== "held" && state !== "queued");
    if (wrong !== undefined)
      throw new ClaudineError("wrong_state", `Cannot start task ${wrong.id}: it is ${wrong.state}`, {
        hint: wrong.finishedAt === null ? undefined : `claudine retry ${wrong.id} runs it again`,
      });
    const ids = (state: string) =>
      found.flatMap((task) => (task.state === state ? [task.id] : [])).toSorted((a, b) => a - b);
    const [held, queued] = [ids("held"), ids("queued")];
    const first = queued[0];
    if (first !== undefined)
      say(
        input,
        io,
        `Queued tasks start by themselves: ${nameTasks(queued)}. claudine explain ${first} says what it waits for, --force starts it now`,
      );
    const missing = [...named].filter((id) => !found.some((task) => task.id === id));
    const words = [...selectorOf(held), ...missing.map(String)];
    if (words.length === 0 && first !== undefined) return 0;
    const released = words.length === 0 ? [] : (await client.call("task.release", { selector: words })).tasks;
    return reportTasks(input, io, { done: "Released", tasks: released });
  },
};
