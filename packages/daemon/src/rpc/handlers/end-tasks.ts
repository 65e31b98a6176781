/** Kills, cancels and waits. */
import { ClaudineError, type TaskInfo } from "@claudine/protocol";
import type { UserCommand } from "../../core/command.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { allIds, selectTasks, taskOf } from "../select.ts";
import { infosOf } from "../task-info.ts";
import { ended, hasStarted, succeeded, untilStartsAreKnown, waitForTasks } from "../wait.ts";
import { changedIds, chosen } from "./change-tasks.ts";
import { noSuchTask } from "./read-tasks.ts";
import { ENDING_SIGNALS, signalName } from "./signals.ts";

export const kill: Handler<"task.kill"> = async (context, { signal, graceMs, ...choice }, caller) => {
  const name = signalName(signal);
  const targets = await selectTasks(context, { ...chosen(choice, "kill"), scope: "live" }, caller);
  if (!ENDING_SIGNALS.has(name)) {
    await untilStartsAreKnown(context, allIds(targets), caller);
    const facts = await context.engine.dispatch({ type: "signal", targets, signal: name });
    return { tasks: await infosOf(context, changedIds(facts), caller) };
  }
  const command = {
    type: "stop",
    targets,
    cause: "kill",
    signal: name,
    graceMs,
    note: null,
  } as const;
  return { tasks: await endAndWait(context, command, caller) };
};

export const cancel: Handler<"task.cancel"> = async (context, { graceMs, note, cascade, ...choice }, caller) => {
  const targets = await selectTasks(context, { ...chosen(choice, "cancel"), scope: "live" }, caller);
  const command = {
    type: "stop",
    targets,
    cause: "cancel",
    signal: "SIGTERM",
    graceMs,
    note: note ?? null,
    cascade,
  } as const;
  return { tasks: await endAndWait(context, command, caller) };
};

/** Also waits for tasks that somebody else is already ending. */
async function endAndWait(
  context: Context,
  command: Extract<UserCommand, { type: "stop" }>,
  caller: Caller,
): Promise<TaskInfo[]> {
  const stoppingNow = await context.engine.read((state) =>
    allIds(command.targets).filter((id) => {
      const status = state.live.get(id)?.status;
      return status !== undefined && "run" in status && status.run.stopping !== undefined;
    }),
  );
  const facts = await context.engine.dispatch(command);
  const ids = [...new Set([...changedIds(facts), ...stoppingNow])].toSorted((a, b) => a - b);
  // What had not started has ended with the command.
  const gone = new Set(facts.flatMap(({ task }) => (ended(task) === "yes" && task !== undefined ? [task.id] : [])));
  await waitForTasks(context, { ids: ids.filter((id) => !gone.has(id)), judge: ended, caller });
  return infosOf(context, ids, caller);
}

export const wait: Handler<"task.wait"> = async (context, params, caller) => {
  const targets = await selectTasks(
    context,
    { words: params.selector, scope: "any", wish: { verb: "wait for" } },
    caller,
  );
  const ids = allIds(targets);
  const missing = await context.engine.read((state) =>
    targets.named.find((id) => taskOf(context, state, id) === undefined),
  );
  if (missing !== undefined) throw noSuchTask("wait for", missing);
  const judge = { finished: ended, success: succeeded, running: hasStarted }[params.for];
  const reached = await waitForTasks(context, { ids, judge, timeoutMs: params.timeoutMs, caller });
  if (reached === "timeout") {
    throw new ClaudineError(
      "timeout",
      `Waited ${Math.round((params.timeoutMs ?? 0) / 1000)} s; not every task is ${params.for}`,
      {
        hint: "The tasks go on; wait again or look at `claudine list`",
      },
    );
  }
  return { reached, tasks: await infosOf(context, ids, caller) };
};
