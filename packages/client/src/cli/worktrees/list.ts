/** `claudine worktree list`. */
import { createGit, repoGit, type WorktreeStatus, worktreeStatus } from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import { existsSync } from "node:fs";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Worktree } from "@claudine/protocol/worktree";
import type { Client } from "../../client.ts";
import type { Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { STATE_COLORS } from "../paint.ts";
import { printJson } from "../print.ts";
import { type Column, renderTable } from "../table.ts";
import { environment } from "./place.ts";

type Row = { id: number; state: TaskInfo["state"]; label: string | null } & Worktree & WorktreeStatus;

const count = (of: number | null): string => (of === null ? "?" : String(of));

const COLUMNS: readonly Column<Row>[] = [
  { title: "ID", align: "right", text: ({ id }) => String(id) },
  { title: "STATE", text: ({ state }) => state, color: ({ state }) => STATE_COLORS[state] },
  { title: "BRANCH", text: ({ branch }) => branch },
  { title: "BASE", text: ({ base, baseCommit }) => base ?? baseCommit.slice(0, 10) },
  { title: "AHEAD", align: "right", text: ({ ahead }) => count(ahead) },
  { title: "BEHIND", align: "right", text: ({ behind }) => count(behind) },
  { title: "UNCOMMITTED", align: "right", text: ({ isThere, uncommitted }) => (isThere ? count(uncommitted) : "") },
  { title: "PATH", shrinksTo: 12, text: ({ path, isThere }) => (isThere ? path : "removed") },
];

export async function listWorktrees(input: Input, io: Io): Promise<number> {
  const client = await io.connect();
  const rows: Row[] = [];
  for (const task of await tasksWithWorktree(client)) {
    const worktree = task.worktree?.checkout;
    if (worktree === undefined || worktree === null) continue;
    const row = { id: task.id, state: task.state, label: task.label, ...worktree, ...(await statusOf(io, worktree)) };
    if (row.isThere || flag(input, "all")) rows.push(row);
  }
  if (flag(input, "json")) printJson(io, rows);
  else if (flag(input, "quiet")) io.out(rows.map(({ id }) => `${id}\n`).join(""));
  else if (rows.length > 0) io.out(`${renderTable(COLUMNS, rows, io).join("\n")}\n`);
  return 0;
}

/** Oldest first. */
async function tasksWithWorktree(client: Client): Promise<TaskInfo[]> {
  const tasks: TaskInfo[] = [];
  let before: number | null = null;
  do {
    const page: { tasks: TaskInfo[]; next: number | null } = await client.call("task.list", {
      worktree: true,
      ...(before === null ? {} : { before }),
    });
    tasks.push(...page.tasks);
    before = page.next;
  } while (before !== null);
  return tasks.toReversed();
}

/** One whose repository is gone is listed all the same. */
async function statusOf(io: Io, worktree: Worktree): Promise<WorktreeStatus> {
  try {
    const git = await repoGit(createGit({ cwd: "/", env: environment(io) }), worktree);
    return await worktreeStatus(git, worktree);
  } catch (error) {
    const isThere = existsSync(worktree.path);
    if (error instanceof ClaudineError) return { isThere, uncommitted: isThere ? null : 0, ahead: null, behind: null };
    throw error;
  }
}
