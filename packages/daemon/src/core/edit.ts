/** Changes several tasks in one step, each in its own way; finished ones are queued again with what was changed. */
import { isFinished, type EventBody, type TaskChanges, type TaskId } from "@claudine/protocol";
import { decideChange } from "./change.ts";
import { checkRules } from "./check-rules.ts";
import type { UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import { checkGroups } from "./room.ts";
import { eachTarget, stateWords } from "./targets.ts";

type Edit = Extract<UserCommand, { type: "edit" }>;

/** @throws ClaudineError not_found, wrong_state, limit, invalid_params: then nothing is changed */
export function decideEdit(facts: Facts, { edits, retry }: Edit): EventBody[] {
  const relinks = edits.some(({ changes }) => changes.after !== undefined);
  const live = relinks ? new Map(facts.state.live) : facts.state.live;
  const seen: Facts = relinks ? { ...facts, state: { ...facts.state, live } } : facts;
  return edits.flatMap(({ id, changes }) => {
    const events = retry ? retryChanged(seen, id, changes) : changeOne(seen, id, changes);
    const task = facts.lookup(id);
    // So that the next edit is checked against this one: together they could form a circle.
    if (relinks && task !== undefined) live.set(id, { ...task, after: changes.after ?? task.after ?? [] });
    return events;
  });
}

function changeOne(facts: Facts, id: TaskId, changes: TaskChanges): EventBody[] {
  return decideChange(facts, { type: "change", targets: { named: [id], matched: [] }, changes });
}

function retryChanged(facts: Facts, id: TaskId, changes: TaskChanges): EventBody[] {
  if (changes.group !== undefined) checkGroups(facts.state, [changes.group]);
  return eachTarget(
    facts,
    { named: [id], matched: [] },
    {
      verb: "retry",
      judge: (task) => {
        if (!isFinished(task.status.state)) return stateWords(task);
        checkRules(facts, { verb: `retry task ${id}`, id, rules: changes });
        return [
          { type: "task.changed", id, changes },
          { type: "task.retried", id },
        ];
      },
    },
  );
}
