/** `claudine group`: makes, removes, pauses, resumes and shows groups. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command } from "../command.ts";
import { flag, text } from "../input.ts";
import { pauseGroup, resumeGroup } from "../group-pause.ts";
import { printJson, say } from "../print.ts";
import { wholeNumber } from "../rules/values.ts";
import { groups } from "./groups.ts";

const NAME = { name: "GROUP", describe: "Its name", required: true } as const;
const MOST_SLOTS = 100_000;

const add: Command = {
  name: "add",
  summary: "Make a group, or give one that is there other slots",
  positional: [NAME],
  options: [{ name: "slots", type: "string", arg: "N", describe: "How many of its tasks run at once (1)" }],
  examples: [["claudine group add gpu --slots 2", ""]],
  async run(input, io) {
    const slots = wholeNumber(text(input, "slots") ?? "1", 1, MOST_SLOTS);
    const client = await io.connect();
    const group = await client.call("group.set", { name: input.args[0] ?? "", slots });
    if (flag(input, "json")) printJson(io, group);
    else say(input, io, `Group ${group.name} runs ${group.slots} at once`);
    return 0;
  },
};

const remove: Command = {
  name: "remove",
  aliases: ["rm"],
  summary: "Forget a group that has no unfinished tasks",
  positional: [NAME],
  options: [],
  async run(input, io) {
    const [name = ""] = input.args;
    const client = await io.connect();
    await client.call("group.remove", { name });
    if (flag(input, "json")) printJson(io, { name });
    else say(input, io, `Removed group ${name}`);
    return 0;
  },
};

const pause: Command = {
  name: "pause",
  summary: "Start nothing more of a group, and stop what runs in it",
  positional: [NAME],
  options: [{ name: "wait", type: "boolean", describe: "What runs goes on to its end" }],
  examples: [["claudine group pause gpu --wait", "as claudine pause -g gpu --wait"]],
  run: (input, io) => pauseGroup(input, io, { name: input.args[0] ?? "", wait: flag(input, "wait") }),
};

const resume: Command = {
  name: "resume",
  summary: "Let a paused group and its paused tasks go on",
  positional: [NAME],
  options: [],
  run: (input, io) => resumeGroup(input, io, input.args[0] ?? ""),
};

const list: Command = { ...groups, name: "list", aliases: ["ls"] };

export const group: Command = {
  name: "group",
  summary: "Make, remove, pause, resume or show groups",
  options: [],
  subcommands: [add, remove, pause, resume, list],
  run: () =>
    Promise.reject(
      new ClaudineError("invalid_params", "Cannot change groups: say what to do", {
        hint: "claudine group add, remove, pause, resume or list",
      }),
    ),
};
