/** What a task asks of git, and the worktree that it was given. */
import * as z from "zod";
import { Millis, TaskId } from "./ids.ts";

/** A name that git is given as a word of its own: never an option. */
const Word = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^-\0\n][^\0\n]*$/, "a name does not begin with - and is one line");

export const WorktreeRule = z.strictObject({
  branch: Word.max(200).optional().describe("Its branch, made unless it is there; `claudine/ID-LABEL` unless given"),
  base: Word.optional().describe("What the branch begins at and is merged into: the branch checked out unless given"),
  setup: z
    .string()
    .max(65_536)
    .optional()
    .describe("A shell command that prepares the fresh worktree, as part of its first run; empty: none"),
  copy: z
    .array(Word)
    .max(100)
    .optional()
    .describe("Ignored files that are copied into it: patterns as `.env*`; as configured unless given"),
  commitOnFinish: z.boolean().optional().describe("What a run leaves uncommitted is committed to the branch"),
});
export type WorktreeRule = z.infer<typeof WorktreeRule>;

export const CheckpointRule = z.strictObject({
  everyMs: z
    .int()
    .min(1000)
    .max(30 * 86_400_000)
    .optional()
    .describe("Also so often while it runs"),
  everyCalls: z.int().min(1).max(10_000).optional().describe("Also whenever an agent has called so many tools"),
});
export type CheckpointRule = z.infer<typeof CheckpointRule>;

/** The part of a task's specification that is about git. */
export const gitRules = {
  worktree: WorktreeRule.optional().describe("It runs in a git worktree of its own"),
  checkpoint: CheckpointRule.optional().describe(
    "The state of its files is recorded at the end of each run; with a worktree that is done without it",
  ),
} as const;

/** The worktree of a task. Known before anything of it is made. */
export const Worktree = z.object({
  path: z.string(),
  branch: z.string(),
  isNewBranch: z.boolean().describe("The branch was made for the task"),
  base: z.string().nullable().describe("The branch that it began at; null for a commit that no branch was named for"),
  baseCommit: z.string(),
  repo: z.string().describe("The checkout that the task was submitted in"),
  gitDir: z.string().describe("The folder that all checkouts of the repository share"),
  folder: z.string().describe("Where in it the task runs; empty for its top"),
  removedAt: Millis.optional().describe("When it was taken away; the next run makes it anew"),
  patch: z.string().optional().describe("What was in it then"),
  pullRequest: z.string().optional().describe("The address of the pull request"),
});
export type Worktree = z.infer<typeof Worktree>;

/** What becomes of files that others have changed between two runs. */
export const OnConflict = z.enum(["fail", "merge", "override"]);
export type OnConflict = z.infer<typeof OnConflict>;

/** What became of a worktree. */
export const WorktreeStep = z.enum([
  "assigned",
  "committed",
  "merged",
  "unmerged",
  "rebased",
  "removed",
  "pull-request",
]);
export type WorktreeStep = z.infer<typeof WorktreeStep>;

/** Who did something with a worktree tells of it. */
export const WorktreeNote = z.strictObject({
  id: TaskId,
  step: WorktreeStep.exclude(["assigned"]),
  baseCommit: z.string().min(1).max(200).optional().describe("Where the branch begins now, when it was rebased"),
  patch: z.string().min(1).max(4096).optional().describe("Where what was in it is kept, when it is removed"),
  pullRequest: z.url().max(4096).optional(),
});
export type WorktreeNote = z.infer<typeof WorktreeNote>;
