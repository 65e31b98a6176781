/** `claudine group`: makes, removes, pauses, resumes and shows groups. */
import type { GroupBudgetParts } from "@claudine/protocol/budget";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Group } from "@claudine/protocol/host";
import { budgetAmount } from "../budgets/words.ts";
import type { Command, Input } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { pauseGroup, resumeGroup } from "../group-pause.ts";
import { printJson, say } from "../print.ts";
import { dollars, tokenCount, wholeNumber } from "../rules/values.ts";
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

const NONE = "none";

const set: Command = {
  name: "set",
  summary: "Set the slots of a group, made if there is none, and what its agents may spend; none takes a budget away",
  positional: [NAME],
  options: [
    { name: "slots", type: "string", arg: "N", describe: "How many of its tasks run at once" },
    { name: "budget", type: "string", arg: "USD", describe: "What its agents' tasks together may cost, as 20" },
    { name: "budget-tokens", type: "string", arg: "N", describe: "How many tokens they may use, as 5M" },
    {
      name: "budget-per",
      type: "string",
      arg: "WHAT",
      describe: "Of each calendar day, or in all (total)",
      choices: ["total", "day"],
    },
  ],
  examples: [
    ["claudine group set night --budget 20 --budget-per day", "20 dollars a day"],
    ["claudine group set night --budget none", "as much as they like"],
  ],
  async run(input, io) {
    const [name = ""] = input.args;
    const slots = text(input, "slots");
    const budget = budgetFrom(input);
    if (slots === undefined && budget === undefined)
      throw new ClaudineError("invalid_params", `Cannot set group ${name}: say what`, {
        hint: "claudine group set night --budget 20",
      });
    const asked = { slots: slots === undefined ? undefined : wholeNumber(slots, 1, MOST_SLOTS), budget };
    const client = await io.connect();
    const group = await client.call("group.set", { name, ...given(asked) });
    if (flag(input, "json")) printJson(io, group);
    else say(input, io, `Group ${group.name} runs ${group.slots} at once${budgetText(group.budget)}`);
    return 0;
  },
};

function budgetFrom(input: Input): GroupBudgetParts | undefined {
  const [usd, tokens, per] = ["budget", "budget-tokens", "budget-per"].map((name) => text(input, name));
  if (usd === undefined && tokens === undefined && per === undefined) return undefined;
  return given({
    usd: usd === NONE ? null : usd === undefined ? undefined : dollars(usd),
    tokens: tokens === NONE ? null : tokens === undefined ? undefined : tokenCount(tokens),
    per: per as GroupBudgetParts["per"],
  });
}

function budgetText(budget: Group["budget"]): string {
  if (budget === undefined) return "";
  return `, and may spend ${budgetAmount(budget)} ${budget.per === "day" ? "a day" : "in all"}`;
}

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
  summary: "Make, set up, remove, pause, resume or show groups",
  options: [],
  subcommands: [add, set, remove, pause, resume, list],
};
