/** Goes on with agents' tasks that have ended, and tells what was said to them. */
import { ClaudineError, type Feedback } from "@claudine/protocol";
import { passedOn } from "./submit.ts";
import { checkMayContinue } from "../../core/continue.ts";
import type { Context, Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { infosOf } from "../task-info.ts";
import { changedIds } from "./change-tasks.ts";
import { noSuchTask } from "./read-tasks.ts";

export const goOn: Handler<"agent.continue"> = async (context, { id, feedback: text, onConflict, env }, caller) => {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("continue", id);
  const record = env === undefined ? undefined : context.vault.seal(passedOn(env));
  checkMayContinue(task);
  // What is wrong with the words is said before a file is put back.
  const alone = context.agents.feedbackTexts(task, { text, verb: "continue" });
  const changes = await context.lookOutside(task, onConflict);
  const texts = changes === undefined ? alone : context.agents.feedbackTexts(task, { text, changes, verb: "continue" });
  const said = { textsId: texts.id, bytes: Buffer.byteLength(text) };
  const facts = await context.engine.dispatch(
    { type: "continue", id, attempt: task.attempt, feedback: said, envId: record?.id },
    record === undefined ? [texts] : [texts, record],
  );
  return { tasks: await infosOf(context, changedIds(facts), caller) };
};

/** One answer is one message. */
const CHARS_AT_MOST = 4 * 2 ** 20;

export const feedback: Handler<"agent.feedback"> = async (context, { id }) => {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("show the feedback of", id);
  if (task.agent === undefined)
    throw new ClaudineError("wrong_state", `Cannot show the feedback of task ${id}: it is no agent's`);
  return { feedback: withTexts(context, task.feedback ?? []) };
};

/** The newest matter most. */
function withTexts({ store }: Context, said: readonly Feedback[]) {
  let chars = 0;
  const told = said.toReversed().map(({ textsId, ...facts }) => {
    const text = chars > CHARS_AT_MOST ? undefined : store.texts(textsId)?.prompt;
    chars += text?.length ?? 0;
    return { ...facts, text: text === undefined || chars > CHARS_AT_MOST ? null : text };
  });
  return told.toReversed();
}
