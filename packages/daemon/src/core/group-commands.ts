/** Commands about groups. */
import { ClaudineError, type EventBody, type GroupBudget, type GroupBudgetParts } from "@claudine/protocol";
import { reachedNow } from "./budget-ends.ts";
import { limitsOfGroup } from "./budgets.ts";
import type { UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import { ALL_GROUPS, DEFAULT_GROUP } from "./groups.ts";
import { checkGroups } from "./room.ts";
import type { State } from "./state.ts";

type GroupCommand = Extract<UserCommand, { type: "set-group" | "remove-group" }>;

/** @throws ClaudineError not_found, wrong_state, limit, invalid_params */
export function decideGroup(facts: Facts, command: GroupCommand): EventBody[] {
  const { state } = facts;
  if (command.type === "remove-group") return removeGroup(state, command.name);
  const { name, slots, paused, budget } = command;
  if (name !== ALL_GROUPS) checkGroups(state, [name]);
  const changed: EventBody = {
    type: "group.changed",
    name,
    ...(slots === undefined ? {} : { slots }),
    ...(paused === undefined ? {} : { paused }),
  };
  if (budget === undefined) return [changed];
  const after = merged(name, state.groups.get(name)?.budget, budget);
  return [{ ...changed, budget: after }, ...reachedNow(facts, limitsOfGroup(name, after))];
}

/** What is not said stays. @throws ClaudineError invalid_params when there is a period and nothing to spend in it */
function merged(name: string, known: GroupBudget | undefined, parts: GroupBudgetParts | null): GroupBudget | null {
  if (parts === null) return null;
  const { usd, tokens } = { ...known, ...parts };
  const [isMoney, isTokens] = [(usd ?? null) !== null, (tokens ?? null) !== null];
  if (!isMoney && !isTokens && parts.usd === undefined && parts.tokens === undefined)
    throw new ClaudineError("invalid_params", `Cannot set group ${name}: it has no budget`, {
      hint: "Say how much as well: --budget 20",
    });
  if (!isMoney && !isTokens) return null;
  const per = parts.per ?? known?.per ?? "total";
  return { ...(isMoney ? { usd: usd ?? undefined } : {}), ...(isTokens ? { tokens: tokens ?? undefined } : {}), per };
}

function removeGroup(state: State, name: string): EventBody[] {
  if (name !== DEFAULT_GROUP && holdsTasks(state, name))
    throw new ClaudineError("wrong_state", `Cannot remove group ${name}: it has unfinished tasks`, {
      hint: `\`claudine cancel group:${name}\` ends them, \`claudine set group:${name} --group NAME\` moves those that wait`,
    });
  // What one has spent may be all that is left of it.
  if (!state.groups.has(name) && (name === ALL_GROUPS || !state.budgets.accounts.has(name)))
    throw new ClaudineError("not_found", `Cannot remove group ${name}: there is no such group`, {
      hint: "`claudine group list` shows every group",
    });
  if (name === DEFAULT_GROUP)
    throw new ClaudineError("wrong_state", `Cannot remove group ${name}: tasks without a group are in it`);
  return [{ type: "group.removed", name }];
}

/** A group with held tasks only has no line, and is not in the table. */
function holdsTasks(state: State, name: string): boolean {
  for (const task of state.live.values()) if (task.group === name) return true;
  return false;
}
