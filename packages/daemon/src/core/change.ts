/** Changes of tasks that wait. */
import { isFinished, type EventBody } from "@claudine/protocol";
import type { UserCommand } from "./command.ts";
import { checkRules } from "./check-rules.ts";
import type { Facts } from "./decide.ts";
import { checkGroups } from "./room.ts";
import { eachTarget, stateWords } from "./targets.ts";

/** Those that matter only when a run ends may be changed while it runs. */
const WHILE_RUNNING: ReadonlySet<string> = new Set(["label", "retry"]);

/** @throws ClaudineError wrong_state, not_found, limit, invalid_params */
export function decideChange(
  facts: Facts,
  { targets, changes }: Extract<UserCommand, { type: "change" }>,
): EventBody[] {
  if (changes.group !== undefined) checkGroups(facts.state, [changes.group]);
  const early = Object.keys(changes).every((name) => WHILE_RUNNING.has(name));
  return eachTarget(facts, targets, {
    verb: "change",
    hint: ({ status }) => ("run" in status ? "While it runs only the label and the retries can be changed" : undefined),
    judge: (task) => {
      const { id, status } = task;
      if (isFinished(status.state) || ("run" in status && !early)) return stateWords(task);
      checkRules(facts, { verb: `change task ${id}`, id, rules: changes });
      return [{ type: "task.changed", id, changes }];
    },
  });
}
