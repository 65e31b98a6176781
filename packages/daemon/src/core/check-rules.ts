/** Refuses rules that could never be kept. */
import { ClaudineError, formatDuration, type TaskChanges, type TaskId, type TaskSpec } from "@claudine/protocol";
import { wantsOf, isLock, totalOf } from "./counted.ts";
import type { Facts } from "./decide.ts";
import { contradictionIn } from "./contradictions.ts";
import { totalSlotsOf } from "./groups.ts";
import { checkDependencies } from "./dependencies.ts";

type Checked = "after" | "onDependencyFailure" | "retry" | "limits" | "needs";
type Rules = Pick<TaskSpec, Checked> | Pick<TaskChanges, Checked>;
export type RulesWish = {
  verb: string;
  id?: TaskId;
  group: string;
  rules: Rules;
  isAlone?: boolean;
  depths?: Map<TaskId, number>;
};

/** @returns how long its chain of dependencies is. @throws ClaudineError not_found, limit, invalid_params */
export function checkRules(facts: Facts, { rules, group, isAlone, ...wish }: RulesWish): number {
  const { verb } = wish;
  const { after, needs } = rules;
  const why = contradictionIn(rules, isAlone ?? (after ?? []).length === 0);
  if (why !== undefined) throw new ClaudineError("invalid_params", `Cannot ${verb}: ${why.what}`, { hint: why.hint });
  const depth =
    after === undefined || after === null || after.length === 0 ? 1 : checkDependencies(facts, { ...wish, after });
  checkSlots(facts, { verb, group, slots: needs?.slots ?? 1 });
  checkTimeout(facts, { verb, timeoutMs: rules.limits?.timeoutMs ?? 0 });
  for (const { name, count } of wantsOf({ needs: needs ?? undefined })) {
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

/** Where the number of slots follows the machine, or is lowered later, it takes all there are. */
function checkSlots({ state }: Facts, { verb, group, slots }: { verb: string; group: string; slots: number }): void {
  const { defaultSlots, slotsFollow } = state.settings;
  const own = state.groups.get(group)?.slots ?? (slotsFollow ? slots : defaultSlots);
  const total = totalSlotsOf(state);
  if (slots <= own && slots <= total) return;
  throw own < slots
    ? new ClaudineError("limit", `Cannot ${verb}: it takes ${slots} slots, and group ${group} has ${own}`, {
        hint: `Take fewer, or \`claudine parallel ${slots} -g ${group}\` gives the group more`,
      })
    : new ClaudineError("limit", `Cannot ${verb}: it takes ${slots} slots, and all groups together have ${total}`, {
        hint: `Take fewer, or \`claudine parallel ${slots} --all-groups\` allows more`,
      });
}

function checkTimeout({ state }: Facts, { verb, timeoutMs }: { verb: string; timeoutMs: number }): void {
  const { maxTimeoutMs } = state.settings;
  if (maxTimeoutMs === undefined || timeoutMs <= maxTimeoutMs) return;
  const [wanted, most] = [formatDuration(timeoutMs), formatDuration(maxTimeoutMs)];
  throw new ClaudineError("limit", `Cannot ${verb}: its timeout is ${wanted}, and at most ${most} are allowed`, {
    hint: "maxTimeout in the configuration raises it",
  });
}
