/** Refuses rules that could never be kept. */
import { ClaudineError, type TaskChanges, type TaskId, type TaskSpec } from "@claudine/protocol";
import { wantsOf, isLock, totalOf } from "./counted.ts";
import type { Facts } from "./decide.ts";
import { contradictionIn } from "./contradictions.ts";
import { checkDependencies } from "./dependencies.ts";

type Checked = "after" | "onDependencyFailure" | "retry" | "limits" | "needs";
type Rules = Pick<TaskSpec, Checked> | Pick<TaskChanges, Checked>;
export type RulesWish = { verb: string; id?: TaskId; rules: Rules; isAlone?: boolean; depths?: Map<TaskId, number> };

/** @returns how long its chain of dependencies is. @throws ClaudineError not_found, limit, invalid_params */
export function checkRules(facts: Facts, { rules, isAlone, ...wish }: RulesWish): number {
  const { verb } = wish;
  const { after, needs } = rules;
  const why = contradictionIn(rules, isAlone ?? (after ?? []).length === 0);
  if (why !== undefined) throw new ClaudineError("invalid_params", `Cannot ${verb}: ${why.what}`, { hint: why.hint });
  const depth =
    after === undefined || after === null || after.length === 0 ? 1 : checkDependencies(facts, { ...wish, after });
  for (const { name, count } of wantsOf(needs ?? {})) {
    const total = totalOf(facts.state, name);
    if (isLock(name) || count <= total) continue;
    const known = Object.keys(facts.state.settings.resources);
    throw total === 0
      ? new ClaudineError("not_found", `Cannot ${verb}: there is no resource ${name}`, {
          hint:
            known.length === 0
              ? `Declare it in the configuration: resources: { ${name}: ${count} }`
              : `The configuration has ${known.join(", ")}`,
        })
      : new ClaudineError("limit", `Cannot ${verb}: it claims ${count} ${name}, and there are ${total}`, {
          hint: "It would never start; claim less, or raise `resources` in the configuration",
        });
  }
  return depth;
}
