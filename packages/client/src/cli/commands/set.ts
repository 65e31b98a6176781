/** `claudine set`: changes what tasks ask for while they wait. */
import { ClaudineError } from "@claudine/protocol/errors";
import { reportTasks, TASKS } from "../act.ts";
import { changesOf } from "../change-tasks.ts";
import type { Command, Input, Option } from "../command.ts";
import { idFinder } from "../rules/depends.ts";
import { BUDGET_OPTIONS, LATER_OPTIONS, PRIORITY_OPTION, RULE_OPTIONS } from "../rules/options.ts";
import type { Asked } from "../rules/read.ts";

const OPTIONS: readonly Option[] = [
  { name: "label", short: "l", type: "string", arg: "TEXT", describe: 'Another label; "" takes it away' },
  { name: "group", short: "g", type: "string", arg: "NAME", describe: "Move it to another group" },
  PRIORITY_OPTION,
  { name: "cwd", short: "w", type: "string", arg: "DIR", describe: "Another working directory" },
  ...RULE_OPTIONS,
  ...LATER_OPTIONS,
  ...BUDGET_OPTIONS,
];

export const set: Command = {
  name: "set",
  summary: "Change what waiting tasks ask for; the word none takes a rule away",
  positional: [TASKS],
  options: OPTIONS,
  examples: [
    ["claudine set 12 --priority high --timeout 1h", ""],
    ["claudine set label:nightly --after none --at 'tomorrow 2am'", "waits for nothing but the time"],
  ],
  async run(input, io) {
    const asked: Omit<Asked, "verb"> = { input, clearable: true, now: Date.now(), find: idFinder(() => io.connect()) };
    if (
      !isAsked(
        input,
        OPTIONS.map(({ name }) => name),
      )
    )
      throw new ClaudineError("invalid_params", "Cannot change anything: say what", {
        hint: "claudine set 12 --priority high; claudine set --help lists what there is",
      });
    const changes = await changesOf({ ...asked, verb: "change tasks" });
    const client = await io.connect();
    const { tasks } = await client.call("task.change", { selector: [...input.args], changes });
    return reportTasks(input, io, { done: "Changed", tasks });
  },
};

function isAsked(input: Input, names: readonly string[]): boolean {
  return names.some((name) => input.flags[name] !== undefined);
}
