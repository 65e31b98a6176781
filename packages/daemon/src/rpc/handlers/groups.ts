/** Groups and their slots. */
import type { Group } from "@claudine/protocol";
import { ALL_GROUPS, groupOf, slotsOf, totalSlotsOf } from "../../core/groups.ts";
import type { State } from "../../core/state.ts";
import type { Handler } from "../context.ts";

export const list: Handler<"group.list"> = async (context) =>
  context.engine.read((state) => ({ groups: groupsOf(state), total: totalOf(state) }));

export const set: Handler<"group.set"> = async (context, { name, slots, paused, budget }) => {
  await context.engine.dispatch({ type: "set-group", name, slots, paused, budget });
  return context.engine.read((state) => groupInfo(state, name));
};

export const limit: Handler<"group.limit"> = async (context, { slots }) => {
  await context.engine.dispatch({ type: "set-group", name: ALL_GROUPS, slots });
  return context.engine.read(totalOf);
};

export const remove: Handler<"group.remove"> = async (context, { name }) => {
  await context.engine.dispatch({ type: "remove-group", name });
  return {};
};

export function groupsOf(state: State): Group[] {
  return [...state.groups.keys()].toSorted().map((name) => groupInfo(state, name));
}

function totalOf(state: State): { slots: number | null; used: number } {
  const slots = totalSlotsOf(state);
  return { slots: slots === Number.POSITIVE_INFINITY ? null : slots, used: state.used };
}

function groupInfo(state: State, name: string): Group {
  const group = groupOf(state, name);
  const { paused, running, used, queued, budget } = group;
  const info = { name, slots: slotsOf(state, group), paused, running, used, queued };
  return budget === undefined ? info : { ...info, budget };
}
