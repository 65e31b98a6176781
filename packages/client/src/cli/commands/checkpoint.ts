/** `claudine checkpoint`: the recorded states of a task's files. */
import type { Checkpoint } from "@claudine/git";
import type { Command, Input, Io, Positional } from "../command.ts";
import { printJson, say } from "../print.ts";
import { flag } from "../input.ts";
import { renderTable, type Column } from "../table.ts";
import { clock } from "../task-values.ts";
import { filesOf, naming, refuseWhileRunning, repoOf, taskPlace } from "../worktrees/place.ts";

const TASK: Positional = { name: "TASK", describe: "The task", required: true };
const WHICH: Positional = { name: "N", describe: "Which one, as RUN.N or N; the newest unless told" };

const COLUMNS: readonly Column<Checkpoint>[] = [
  { title: "CHECKPOINT", text: ({ name }) => name },
  { title: "COMMIT", text: ({ commit }) => commit.slice(0, 10) },
  { title: "WHEN", text: ({ at }) => clock(at) },
  { title: "WHY", shrinksTo: 10, text: ({ why, isWhole }) => (isWhole ? why : `${why}, not all files`) },
];

const list: Command = {
  name: "list",
  summary: "List what was recorded, oldest first",
  positional: [TASK],
  options: [],
  async run(input, io) {
    const place = await taskPlace(io, input.args[0] ?? "", "list the checkpoints of");
    const { owner } = place;
    const { listCheckpoints } = await import("@claudine/git");
    const list = async () => listCheckpoints(await repoOf(place), owner);
    const all = await naming(`list the checkpoints of task ${owner.id}`, list);
    if (flag(input, "json")) printJson(io, all);
    else if (flag(input, "quiet")) io.out(all.map(({ name }) => `${name}\n`).join(""));
    else if (all.length > 0) io.out(`${renderTable(COLUMNS, all, io).join("\n")}\n`);
    return 0;
  },
};

const make: Command = {
  name: "make",
  summary: "Record the files as they are now",
  positional: [TASK],
  options: [],
  async run(input, io) {
    const place = await taskPlace(io, input.args[0] ?? "", "record");
    const { owner, task } = place;
    const { recordCheckpoint } = await import("@claudine/git");
    const wish = { run: Math.max(1, task.attempt), why: "asked for" };
    const made = await naming(`record task ${task.id}`, async () => recordCheckpoint(filesOf(place), owner, wish));
    tell(input, io, { text: `Checkpoint ${made.name} of task ${task.id}`, value: made });
    return 0;
  },
};

const diff: Command = {
  name: "diff",
  summary: "Show what has changed since",
  positional: [TASK, WHICH],
  options: [],
  async run(input, io) {
    const place = await taskPlace(io, input.args[0] ?? "", "compare");
    const { owner, task } = place;
    const { findCheckpoint, showGit, snapshotTree } = await import("@claudine/git");
    return naming(`compare task ${task.id}`, async () => {
      const git = filesOf(place);
      const target = await findCheckpoint(git, owner, input.args[1]);
      return showGit(git.place, ["diff", target.tree, await snapshotTree(git), "--"]);
    });
  },
};

const restore: Command = {
  name: "restore",
  summary: "Make the files be as they were; what is there is recorded first, and the branch stays as it is",
  positional: [TASK, WHICH],
  options: [],
  async run(input, io) {
    const place = await taskPlace(io, input.args[0] ?? "", "restore");
    const { owner, task } = place;
    refuseWhileRunning(task, "restore");
    const { findCheckpoint, restoreCheckpoint } = await import("@claudine/git");
    const { target, before } = await naming(`restore task ${task.id}`, async () => {
      const git = filesOf(place);
      const found = await findCheckpoint(git, owner, input.args[1]);
      return { target: found, before: await restoreCheckpoint(git, owner, { target: found, run: task.attempt }) };
    });
    const back = `claudine checkpoint restore ${task.id} ${before.name}`;
    tell(input, io, {
      text: `Restored checkpoint ${target.name} of task ${task.id}; ${back} goes back`,
      value: { restored: target, before },
    });
    return 0;
  },
};

function tell(input: Input, io: Io, { text, value }: { text: string; value: unknown }): void {
  if (flag(input, "json")) printJson(io, value);
  else say(input, io, text);
}

export const checkpoint: Command = {
  name: "checkpoint",
  summary: "List, compare and restore the recorded states of a task's files",
  options: [],
  subcommands: [list, make, diff, restore],
  examples: [
    ["claudine checkpoint list 12", ""],
    ["claudine checkpoint diff 12 1.3", "what has changed since"],
    ["claudine checkpoint restore 12 1.3", "the files as they were then"],
  ],
};
