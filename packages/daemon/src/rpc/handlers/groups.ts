/** Groups and their slots. */
import type { Group } from "@claudine/protocol";
import { groupOf, slotsOf, type State } from "../../core/state.ts";
import type { Handler } from "../context.ts";

export const list: Handler<"group.list"> = async (context) =>
  context.engine.read((state) => ({ groups: groupsOf(state) }));

export const set: Handler<"group.set"> = async (context, { name, slots }) => {
  await context.engine.dispatch({ type: "set-group", name, slots });
  return context.engine.read((state) => groupInfo(state, name));
};

export function groupsOf(state: State): Group[] {
  return [...state.groups.keys()].toSorted().map((name) => groupInfo(state, name));
}

function groupInfo(state: State, name: string): Group {
  const group = groupOf(state, name);
  return { name, slots: slotsOf(state, group), running: group.running, queued: group.ready.size };
}
