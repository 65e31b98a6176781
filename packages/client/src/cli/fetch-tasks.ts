/** Fetches the tasks that a list shows, page by page. */
import type { ParamsIn } from "@claudine/protocol/methods";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Client } from "../client.ts";
import { FINISHED_STATES, OPEN_STATES } from "./states.ts";

export type Filter = Omit<ParamsIn<"task.list">, "before" | "limit">;

const PAGE = 1000;

/** The newest `limit` that match, newest first, and whether there are more. */
export async function fetchTasks(
  client: Client,
  filter: Filter,
  limit: number,
): Promise<{ tasks: TaskInfo[]; more: boolean }> {
  const tasks: TaskInfo[] = [];
  let before: number | null = null;
  do {
    const page: { tasks: TaskInfo[]; next: number | null } = await client.call("task.list", {
      ...filter,
      limit: Math.min(PAGE, limit + 1 - tasks.length),
      ...(before === null ? {} : { before }),
    });
    for (const task of page.tasks) tasks.push(task);
    before = page.next;
  } while (before !== null && tasks.length <= limit);
  return { tasks: tasks.slice(0, limit), more: tasks.length > limit };
}

/** The newest that are not finished, and the newest of what is. */
export async function fetchUsual(
  client: Client,
  most: { open: number; finished: number },
): Promise<{ tasks: TaskInfo[]; more: boolean }> {
  // In the order in which tasks go on, so that none is between two answers; as a rule the first one has all that is open.
  const open = await fetchTasks(client, { states: OPEN_STATES }, most.open);
  const started = open.more ? await fetchTasks(client, { states: ["running", "paused"] }, most.open) : undefined;
  const ended = await fetchTasks(client, { states: FINISHED_STATES }, most.finished);
  const answers = [open, ended, ...(started === undefined ? [] : [started])];
  // One that went on between two answers is in both.
  const byId = new Map(answers.flatMap(({ tasks }) => tasks).map((task) => [task.id, task]));
  return { tasks: [...byId.values()], more: answers.some(({ more }) => more) };
}
