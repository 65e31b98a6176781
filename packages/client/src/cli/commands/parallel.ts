/** `claudine parallel`: how many tasks of a group run at once. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { printJson, say } from "../print.ts";

export const parallel: Command = {
  name: "parallel",
  summary: "Set or show how many tasks of a group run at once",
  positional: [{ name: "N", describe: "The number; without it the present one is shown" }],
  options: [
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "The group (default); made if there is none" },
  ],
  examples: [
    ["claudine parallel 8", "eight of the group `default` at once"],
    ["claudine parallel 1 -g gpu", "one after the other"],
  ],
  async run(input, io) {
    const name = text(input, "group");
    const [count] = input.args;
    const slots = count === undefined ? undefined : parseSlots(count);
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
      throw new ClaudineError("not_found", `There is no group "${name}"`, { hint: "claudine groups" });
    if (flag(input, "json")) printJson(io, group);
    else io.out(`${group.slots}\n`);
    return 0;
  },
};

function parseSlots(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new ClaudineError("invalid_params", `Cannot run "${text.slice(0, 80)}" tasks at once`, {
    hint: "Give a number from 1 on",
  });
}
