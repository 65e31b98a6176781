/** `claudine set`: changes what tasks ask for while they wait. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { ChangeTask } from "@claudine/protocol/methods";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Client } from "../../client.ts";
import { reportTasks, TASKS } from "../act.ts";
import { changesOf, MANY_AT_MOST } from "../change-tasks.ts";
import type { Command, Input, Option } from "../command.ts";
import { fetchTasks } from "../fetch-tasks.ts";
import { namedIds } from "../resolve-task.ts";
import { idFinder } from "../rules/depends.ts";
import { PRIORITY_OPTION, RULE_OPTIONS } from "../rules/options.ts";
import { type Asked, PARTIAL_OPTIONS, RETRY_OPTIONS } from "../rules/read.ts";
import { OPEN_STATES } from "../states.ts";

const OPTIONS: readonly Option[] = [
  { name: "label", short: "l", type: "string", arg: "TEXT", describe: 'Another label; "" takes it away' },
  { name: "group", short: "g", type: "string", arg: "NAME", describe: "Move it to another group" },
  PRIORITY_OPTION,
  { name: "cwd", short: "w", type: "string", arg: "DIR", describe: "Another working directory" },
  ...RULE_OPTIONS,
];

export const set: Command = {
  name: "set",
  summary: "Change what waiting tasks ask for; the word none takes a rule away. While one runs: label and retries",
  positional: [TASKS],
  options: OPTIONS,
  examples: [
    ["claudine set 12 --priority high --timeout 1h", ""],
    ["claudine set label:nightly --after none --at 'tomorrow 2am'", "waits for nothing but the time"],
  ],
  async run(input, io) {
    const asked: Omit<Asked, "verb"> = { input, clearable: true, now: Date.now(), find: idFinder(() => io.connect()) };
    if (
      !isAsked(
        input,
        OPTIONS.map(({ name }) => name),
      )
    )
      throw new ClaudineError("invalid_params", "Cannot change anything: say what", {
        hint: "claudine set 12 --priority high; claudine set --help lists what there is",
      });
    if (!isAsked(input, PARTIAL_OPTIONS)) {
      const changes = await changesOf({ ...asked, verb: "change tasks" });
      const client = await io.connect();
      const { tasks } = await client.call("task.change", { selector: [...input.args], changes });
      return reportTasks(input, io, { done: "Changed", tasks });
    }
    // What is wrong in any case is said before the daemon is asked.
    if (!isAsked(input, ["on-dependency-failure"])) await changesOf({ ...asked, verb: "change tasks" }, COMPLETE);
    const client = await io.connect();
    const edits: { id: number; changes: ChangeTask }[] = [];
    for (const task of await changeable(client, input))
      edits.push({ id: task.id, changes: await changesOf({ ...asked, verb: `change task ${task.id}` }, task) });
    const tasks = edits.length === 0 ? [] : (await client.call("task.edit", { edits })).tasks;
    return reportTasks(input, io, { done: "Changed", tasks });
  },
};

/** Has everything that an option may go with. */
const COMPLETE: Omit<Known, "id"> = {
  after: [],
  retry: { limit: 1, delayMs: 1, backoff: "exponential", jitter: false },
  limits: { timeoutMs: Number.MAX_SAFE_INTEGER },
  needs: null,
};

function isAsked(input: Input, names: readonly string[]): boolean {
  return names.some((name) => input.flags[name] !== undefined);
}

type Known = Pick<TaskInfo, "id" | "after" | "retry" | "limits" | "needs">;

/** Those named one by one whatever they do, so that the daemon says why not; of the others those that allow it. */
async function changeable(client: Client, input: Input): Promise<Known[]> {
  const names = OPTIONS.map(({ name }) => name).filter((name) => input.flags[name] !== undefined);
  const whileRunning = names.every((name) => name === "label" || RETRY_OPTIONS.includes(name));
  const { tasks, more } = await fetchTasks(
    client,
    { selector: [...input.args], states: [...OPEN_STATES] },
    MANY_AT_MOST,
  );
  if (more)
    throw new ClaudineError("limit", `Cannot change more than ${MANY_AT_MOST} tasks at once`, { hint: "Name fewer" });
  const named = namedIds(input.args);
  const found = new Map<number, Known>(
    tasks
      .filter(({ id, state }) => named.has(id) || whileRunning || state === "queued" || state === "held")
      .map((task) => [task.id, task]),
  );
  for (const id of named) if (!found.has(id)) found.set(id, { id, after: [], retry: null, limits: null, needs: null });
  return [...found.values()].toSorted((a, b) => a.id - b.id);
}
