/** `claudine parallel`: how many tasks of a group, or of all groups together, run at once. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command, Input, Io } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { printJson, say } from "../print.ts";

/** Gives the number back to the configuration. */
const AUTO = "auto";

export const parallel: Command = {
  name: "parallel",
  summary: "Set or show how many tasks of a group run at once",
  positional: [
    { name: "N", describe: "The number, or auto for what the configuration says; without it the present one is shown" },
  ],
  options: [
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "The group (default); made if there is none" },
    { name: "all-groups", type: "boolean", describe: "All groups together, besides what each of them has" },
  ],
  examples: [
    ["claudine parallel 8", "eight of the group `default` at once"],
    ["claudine parallel 1 -g gpu", "one after the other"],
    ["claudine parallel 4 --all-groups", "the groups share four slots, each the same"],
    ["claudine parallel auto", "as the configuration says"],
  ],
  async run(input, io) {
    if (flag(input, "all-groups")) return ofAllGroups(input, io);
    const name = text(input, "group");
    const slots = slotsFrom(input);
    const client = await io.connect();
    if (slots !== undefined) {
      const group = await client.call("group.set", { slots, ...given({ name }) });
      if (flag(input, "json")) printJson(io, group);
      else say(input, io, `Group ${group.name} runs ${group.slots} at once`);
      return 0;
    }
    const { groups } = await client.call("group.list", {});
    const group = groups.find((one) => one.name === (name ?? "default"));
    if (group === undefined)
      throw new ClaudineError("not_found", `There is no group "${name}"`, { hint: "claudine group list" });
    if (flag(input, "json")) printJson(io, group);
    else io.out(`${group.slots}\n`);
    return 0;
  },
};

async function ofAllGroups(input: Input, io: Io): Promise<number> {
  if (text(input, "group") !== undefined)
    throw new ClaudineError("invalid_params", "Cannot set slots: --all-groups does not go with --group", {
      hint: "Give one of them",
    });
  const slots = slotsFrom(input);
  const client = await io.connect();
  const total =
    slots === undefined ? (await client.call("group.list", {})).total : await client.call("group.limit", { slots });
  if (flag(input, "json")) printJson(io, total);
  else if (slots === undefined) io.out(`${total.slots ?? "unlimited"}\n`);
  else say(input, io, total.slots === null ? "No limit over all groups" : `All groups run ${total.slots} at once`);
  return 0;
}

/** Null for the configuration's; undefined when it is only asked. */
function slotsFrom({ args: [count] }: Input): number | null | undefined {
  if (count === undefined) return undefined;
  if (count === AUTO) return null;
  if (/^\d{1,6}$/.test(count) && Number(count) >= 1) return Number(count);
  throw new ClaudineError("invalid_params", `Cannot run "${count.slice(0, 80)}" tasks at once`, {
    hint: "Give a number from 1 on, or auto",
  });
}
