/** Changes tasks that wait, moves them in their lines, starts them by force, and says why they wait. */
import { quoteArgv, type ChangeTask } from "@claudine/protocol";
import type { UserCommand } from "../../core/command.ts";
import type { ChangeWish } from "../../core/merge-rules.ts";
import { causes } from "../../core/explain.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { selectTasks, taskOf } from "../select.ts";
import { explainFacts, infoOf, infosOf } from "../task-info.ts";
import { act, changedIds } from "./change-tasks.ts";
import { noSuchTask } from "./read-tasks.ts";
import { withSignalName } from "./signals.ts";
import { argvOf } from "./submit.ts";

export const change: Handler<"task.change"> = async (context, { selector, changes }, caller) => {
  const targets = await selectTasks(context, { words: selector, scope: "live", wish: act("change") }, caller);
  return changed(context, { type: "change", targets, changes: changesOf(context, changes) }, caller);
};

/** A command is stored as it executes. */
function changesOf(context: Context, { command, ...others }: ChangeTask): ChangeWish {
  const rest = withSignalName(others);
  if (command === undefined) return rest;
  const text = typeof command === "string" ? command : quoteArgv(command);
  return { ...rest, command: text, argv: argvOf(command, context.config.shell) };
}

export const edit: Handler<"task.edit"> = async (context, { edits, retry }, caller) => {
  const tasks = edits.map(({ id, changes }) => ({ id, changes: changesOf(context, changes) }));
  return changed(context, { type: "edit", edits: tasks, retry }, caller);
};

export const move: Handler<"task.move"> = async (context, { selector, to }, caller) => {
  const targets = await selectTasks(context, { words: selector, scope: "live", wish: act("move") }, caller);
  return changed(context, { type: "move", targets, to }, caller);
};

export const switchTasks: Handler<"task.switch"> = async (context, { id, with: other }, caller) =>
  changed(context, { type: "swap", ids: [id, other] }, caller);

export const start: Handler<"task.start"> = async (context, { selector }, caller) => {
  const targets = await selectTasks(context, { words: selector, scope: "live", wish: act("start") }, caller);
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
