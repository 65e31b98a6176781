/** What is said to an agent's task that cannot hear it now: it is kept, and told to the task's next run. Pure. */
import {
  ClaudineError,
  FEEDBACK_MAX,
  isFinished,
  MESSAGE_BYTES_MAX,
  PROMPT_BYTES_MAX,
  waitingFeedback,
  type EventBody,
  type Said,
  type Task,
  type TaskId,
} from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import { stateWords } from "./targets.ts";

export type TellCommand = { type: "tell"; id: TaskId; said: Said };

/** @throws ClaudineError not_found, wrong_state, limit, too_large */
export function decideTell(facts: Facts, { id, said }: TellCommand): EventBody[] {
  const task = facts.lookup(id);
  if (task === undefined)
    throw new ClaudineError("not_found", `Cannot send to task ${id}: there is no such task`, {
      hint: "`claudine list --all` shows every task",
    });
  checkMayTell(task, said.bytes);
  return [{ type: "task.told", id, said }];
}

/** @throws ClaudineError wrong_state, limit, too_large */
export function checkMayTell(task: Task, bytes: number): void {
  const { id, agent, status, feedback = [] } = task;
  const refusal = (code: "wrong_state" | "limit" | "too_large", why: string, hint: string) =>
    new ClaudineError(code, `Cannot send to task ${id}: ${why}`, { hint });
  if (agent === undefined) throw refusal("wrong_state", "it reads no input", "Submit it with --stdin");
  if (isFinished(status.state))
    throw refusal("wrong_state", stateWords(task), `\`claudine continue ${id} TEXT\` goes on with it`);
  if (feedback.length >= FEEDBACK_MAX)
    throw refusal("limit", `${FEEDBACK_MAX} texts were said to it`, "`claudine agent` begins anew");
  const waits = waitingFeedback(task).reduce((sum, one) => sum + one.bytes, 0);
  const most = mostBytes(task);
  if (waits + bytes > most)
    throw refusal(
      "too_large",
      `what waits for its next run would have ${waits + bytes} bytes, and ${most} are allowed`,
      "Put it into a file, and name the file",
    );
}

/** A session that takes messages gets all of it as its first one, perhaps after its prompt. */
function mostBytes({ agent }: Task): number {
  return agent?.takesMessages === true ? Math.max(0, MESSAGE_BYTES_MAX - agent.promptBytes) : PROMPT_BYTES_MAX;
}
