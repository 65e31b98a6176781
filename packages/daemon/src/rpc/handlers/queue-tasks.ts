/** Changes tasks that wait, moves them in their lines, starts them by force, and says why they wait. */
import { quoteArgv, type ChangeTask } from "@claudine/protocol";
import type { UserCommand } from "../../core/command.ts";
import type { ChangeWish } from "../../core/merge-rules.ts";
import { causes } from "../../core/explain.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { selectTasks, taskOf } from "../select.ts";
import { explainFacts, infoOf, infosOf } from "../task-info.ts";
import { changedIds, chosen } from "./change-tasks.ts";
import { noSuchTask } from "./read-tasks.ts";
import { withSignalName } from "./signals.ts";
import { argvOf } from "./submit.ts";

export const change: Handler<"task.change"> = async (context, { changes, ...choice }, caller) => {
  const targets = await selectTasks(context, { ...chosen(choice, "change"), scope: "live" }, caller);
  return changed(context, { type: "change", targets, changes: changesOf(context, changes) }, caller);
};

/** A command is stored as it executes. */
function changesOf(context: Context, { command, ...others }: ChangeTask): ChangeWish {
  const rest = withSignalName(others);
  if (command === undefined) return rest;
  const text = typeof command === "string" ? command : quoteArgv(command);
  return { ...rest, command: text, argv: argvOf(command, context.config.shell) };
}

export const edit: Handler<"task.edit"> = async (context, { edits, ...how }, caller) => {
  const tasks = edits.map(({ id, changes }) => ({ id, changes: changesOf(context, changes) }));
  return changed(context, { type: "edit", edits: tasks, ...how }, caller);
};

export const move: Handler<"task.move"> = async (context, { to, ...choice }, caller) => {
  const targets = await selectTasks(context, { ...chosen(choice, "move"), scope: "live" }, caller);
  return changed(context, { type: "move", targets, to }, caller);
};

export const switchTasks: Handler<"task.switch"> = async (context, { id, with: other }, caller) =>
  changed(context, { type: "swap", ids: [id, other] }, caller);

export const start: Handler<"task.start"> = async (context, params, caller) => {
  const targets = await selectTasks(context, { ...chosen(params, "start"), scope: "live" }, caller);
  return changed(context, { type: "start", targets }, caller);
};

async function changed(context: Context, command: UserCommand, caller: Caller) {
  const facts = await context.engine.dispatch(command);
  return { tasks: await infosOf(context, changedIds(facts), caller) };
}

export const explain: Handler<"task.explain"> = async (context, { id }) =>
  context.engine.read((state) => {
    const task = taskOf(context, state, id);
    if (task === undefined) throw noSuchTask("explain", id);
    const facts = explainFacts(context, state);
    return { task: infoOf(context, state, task), causes: [...causes(facts, task)] };
  });
