/** Changes several tasks in one step, each in its own way; finished ones are queued again with what was changed. */
import { ClaudineError, isFinished, type Dependency, type EventBody, type TaskId } from "@claudine/protocol";
import { changeOf, decideChange, withBatches } from "./change.ts";
import type { Targets, UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import type { ChangeWish } from "./merge-rules.ts";
import { checkGroups } from "./room.ts";
import { eachTarget, stateWords } from "./targets.ts";

type Edit = Extract<UserCommand, { type: "edit" }>;

/** @throws ClaudineError not_found, wrong_state, limit, invalid_params: then nothing is changed */
export function decideEdit(facts: Facts, { edits, retry, skipUnfit = false }: Edit): EventBody[] {
  checkKeys(edits);
  const edited = new Map<TaskId, readonly Dependency[]>();
  const seen: Facts = { ...facts, edited };
  return edits.flatMap(({ id, changes }) => {
    const targets: Targets = skipUnfit ? { named: [], matched: [id] } : { named: [id], matched: [] };
    const events = retry
      ? retryChanged(seen, targets, { id, changes })
      : decideChange(seen, { type: "change", targets, changes });
    // So that the next edit is checked against this one: together they could form a circle.
    edited.set(id, (changes.after === undefined ? facts.lookup(id)?.after : changes.after) ?? []);
    return events;
  });
}

type One = { id: TaskId; changes: ChangeWish };

function retryChanged(facts: Facts, targets: Targets, { id, changes }: One): EventBody[] {
  if (changes.group !== undefined) checkGroups(facts.state, [changes.group]);
  const events = eachTarget(facts, targets, {
    verb: "retry",
    judge: (task) => {
      if (!isFinished(task.status.state)) return stateWords(task);
      return [changeOf(facts, task, { verb: `retry task ${id}`, wish: changes }), { type: "task.retried", id }];
    },
  });
  return withBatches(facts, events);
}

/** Each is checked against what there is, and so not against the others. */
function checkKeys(edits: Edit["edits"]): void {
  const keys = edits.flatMap(({ changes: { key } }) => (typeof key === "string" ? [key] : []));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    throw new ClaudineError("invalid_params", `Cannot give two tasks the key "${twice.slice(0, 80)}"`);
}
