/** Starts tasks past slots, pauses, times, dependencies and limits of providers and budgets; what others have cannot be had by force. */
import type { EventBody } from "@claudine/protocol";
import type { Targets } from "./command.ts";
import { admit } from "./admission.ts";
import { isLock, isShared, lacking, wantsOf } from "./counted.ts";
import type { Facts } from "./decide.ts";
import { eachTarget, stateWords } from "./targets.ts";

/** @throws ClaudineError not_found, wrong_state */
export function decideStart(facts: Facts, targets: Targets): EventBody[] {
  const taken = new Set<string>();
  return eachTarget(facts, targets, {
    verb: "start",
    judge: (task) => {
      const { status } = task;
      if (status.state !== "queued" && !(status.state === "held" && status.why.kind !== "environment-lost"))
        return stateWords(task);
      const lack = lacking(facts.state, task).find(({ name }) => !isShared(name));
      if (lack !== undefined)
        return isLock(lack.name) ? `another has the lock ${lack.name.slice(5)}` : `there is not enough ${lack.name}`;
      const wants = wantsOf(task).flatMap(({ name }) => (isShared(name) ? [] : [name]));
      const shared = wants.find((name) => taken.has(name));
      if (shared !== undefined) return `another of these tasks gets ${isLock(shared) ? "the " : ""}${shared}`;
      for (const name of wants) taken.add(name);
      return [admit(facts, task)];
    },
  });
}
