/** `claudine wait`: returns when tasks are where one wants them. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Result } from "@claudine/protocol/methods";
import { parseDuration } from "@claudine/protocol/units";
import type { Client } from "../../client.ts";
import type { Command, Input } from "../command.ts";
import { flag, text } from "../input.ts";
import { Interrupted } from "../interrupt.ts";
import { printJson, say } from "../print.ts";
import { OPEN_STATES } from "../states.ts";

const GOALS = ["finished", "success", "running"] as const;
type Goal = (typeof GOALS)[number];

export const wait: Command = {
  name: "wait",
  summary: "Wait for tasks; exit 0 when all got there, 1 when one cannot any more",
  positional: [
    {
      name: "TASK",
      describe: "Ids, group:NAME, label:NAME, all …; unless told, all that are neither finished nor held",
      many: true,
    },
  ],
  options: [
    { name: "for", type: "string", arg: "WHAT", describe: "finished (default), success or running", choices: GOALS },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "All tasks of a group" },
    { name: "timeout", type: "string", arg: "TIME", describe: "Exit 124 after so long, as 90s or 2h" },
  ],
  examples: [
    ["claudine wait group:build --for success && deploy", "as soon as one fails, it exits with 1"],
    ["claudine wait 12 --for running --timeout 30s", ""],
  ],
  async run(input, io) {
    const timeout = text(input, "timeout");
    const deadline =
      timeout === undefined ? undefined : AbortSignal.timeout(Math.min(parseDuration(timeout), 2 ** 31 - 1));
    const interrupt = io.interrupt();
    const client = await io.connect();
    const signal = deadline === undefined ? interrupt : AbortSignal.any([interrupt, deadline]);
    try {
      const { reached, tasks } = await waitFor(client, input, signal);
      if (flag(input, "json")) printJson(io, { reached, tasks });
      else if (!reached)
        for (const { id, state, reason } of tasks.filter(hopeless(goalOf(input))))
          say(input, io, `Task ${id} ${state}${reason === null ? "" : `: ${reason}`}`);
      return reached ? 0 : 1;
    } catch (error) {
      if (error instanceof Interrupted || deadline?.aborted !== true) throw error;
      throw new ClaudineError(
        "timeout",
        `Waited ${timeout}, and not every task is ${goalOf(input) === "success" ? "successful" : goalOf(input)}`,
        {
          hint: "The tasks go on; wait again, or look at them with claudine list",
        },
      );
    }
  },
};

type Waited = Result<"task.wait">;

async function waitFor(client: Client, input: Input, signal: AbortSignal): Promise<Waited> {
  const group = text(input, "group");
  const selector = [...input.args, ...(group === undefined ? [] : [`group:${group}`])];
  const words = selector.length > 0 ? selector : OPEN_STATES.filter((state) => state !== "held");
  return client.call("task.wait", { selector: words, for: goalOf(input) }, { signal });
}

function goalOf(input: Input): Goal {
  return GOALS.find((goal) => goal === text(input, "for")) ?? "finished";
}

/** The tasks because of which the goal is out of reach. */
function hopeless(goal: Goal): (task: Waited["tasks"][number]) => boolean {
  return ({ state, startedAt, finishedAt }) =>
    finishedAt !== null && (goal === "running" ? startedAt === null : state !== "succeeded");
}
