/** Gives the run of a task its worktree, before the command is started. */
import { mkdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  endInterruptedRebase,
  inWorktree,
  makeWorktree,
  planWorktree,
  readNote,
  withoutMisleading,
  type Env,
} from "@claudine/git";
import { ClaudineError, type Config, type LiveRun, type Task, type Worktree } from "@claudine/protocol";
import type { Refusal } from "../agents/start.ts";
import type { Command } from "../core/command.ts";
import { runUid } from "../running/launch.ts";
import { shortageOf } from "../running/shortage.ts";
import { setupArgv } from "./setup-argv.ts";
import { taskGit } from "./task-git.ts";

export type EnterPorts = {
  config: Config["worktrees"];
  stateDir: string;
  /** Of commands given as one word. */
  shell: string | undefined;
  dispatch(command: Command): Promise<unknown>;
  /** Of what was done since the last run, also by others. */
  record(task: Task, why: string): Promise<unknown>;
  /** Ends what carries the mark of a run that has not started: what a daemon that died has left. */
  endMarked(runUid: string): Promise<void>;
};

/** Where and how the command of a run executes. */
export type Place = {
  cwd: string;
  env: Env;
  variables: Readonly<Record<string, string>>;
  /** The command with what comes before it. */ wrap(argv: readonly string[]): readonly string[];
};
export type Refused = { refused: Refusal };

export type Enter = (task: Task, run: LiveRun, world: { env: Env; signal: AbortSignal }) => Promise<Place | Refused>;

export function createEnter(ports: EnterPorts): Enter {
  return async (task, run, { env, signal }) => {
    const rule = task.worktree ?? {};
    const git = taskGit({ task, attempt: run.attempt, env, cwd: task.cwd, signal });
    try {
      const worktree = await assigned(ports, task, () =>
        planWorktree(git, { rule, task, folder: worktreesFolder(ports) }),
      );
      const isThere = readNote(worktree.path, "ready") !== undefined;
      if (isThere) await endInterruptedRebase(inWorktree(git, worktree));
      if (isThere && task.attempt > 1) await ports.record(task, "before the run");
      await makeWorktree(git.at("/"), {
        worktree,
        owner: { id: task.id, uid: task.uid, state: ports.stateDir },
        copy: rule.copy ?? ports.config.copy,
        endOthers: () => ports.endMarked(runUid(task, run.attempt)),
      });
      return place({ ports, task, env, worktree });
    } catch (error) {
      const why = signal.aborted ? undefined : refusalOf(error);
      if (why === undefined) throw error;
      const outcome = { kind: "not-started", step: "worktree", errno: "ENOTREADY", path: task.cwd } as const;
      return { refused: { outcome, note: `no worktree: ${why}` } };
    }
  };
}

/** Why it cannot be made, also by the next try; undefined for a bug, and for what passes. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof ClaudineError)
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  if (!(error instanceof Error) || !("syscall" in error) || shortageOf(error) !== undefined) return undefined;
  return error.message;
}

/** Durable before anything is made, so that whoever comes after a crash knows what was going to be. */
async function assigned(ports: EnterPorts, task: Task, plan: () => Promise<Worktree>): Promise<Worktree> {
  if (task.checkout !== undefined && task.checkout.removedAt === undefined) return task.checkout;
  const { removedAt: _, ...worktree } = task.checkout ?? (await plan());
  await ports.dispatch({ type: "report-worktree", id: task.id, step: "assigned", worktree });
  return worktree;
}

function worktreesFolder({ config, stateDir }: EnterPorts): string {
  const folder = config.folder?.replace(/^~/, homedir()) ?? join(stateDir, "worktrees");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Git notes paths without symbolic links.
  return realpathSync(folder);
}

type Entered = { ports: EnterPorts; task: Task; env: Env; worktree: Worktree };

function place({ ports, task, env, worktree }: Entered): Place {
  const { path, folder, branch, base, baseCommit, repo } = worktree;
  const setup = task.worktree?.setup ?? ports.config.setup ?? "";
  const isPrepared = setup === "" || readNote(path, "setup") === "done";
  return {
    cwd: folder === "" ? path : join(path, folder),
    wrap: (argv) => (isPrepared ? argv : setupArgv({ argv, setup, path, shell: ports.shell ?? env["SHELL"] })),
    // A task that was submitted by a hook of git is not to act on the repository of that hook.
    env: withoutMisleading(env),
    variables: {
      CLAUDINE_WORKTREE: path,
      CLAUDINE_BRANCH: branch,
      CLAUDINE_BASE: base ?? baseCommit,
      CLAUDINE_REPO: repo,
    },
  };
}
