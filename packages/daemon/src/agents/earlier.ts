/** Gathers what is known of an agent's task for a session that knows nothing of it. */
import { newStream, readStream, renderEvents, type AgentAdapter } from "@claudine/agents";
import { createGit } from "@claudine/git";
import type { Feedback, Run, Task } from "@claudine/protocol";
import type { RunFiles, RunFolders } from "../output/files.ts";
import { openStream } from "../output/stream.ts";
import type { Ask, Earlier } from "./handover.ts";
import type { Registry } from "./registry.ts";
import { hasListened, partsOf, type SaidPorts } from "./said.ts";

type Env = Readonly<Record<string, string>>;

export type EarlierPorts = SaidPorts & {
  registry: Registry;
  folders: Pick<RunFolders, "files">;
  clock(): { nowMs: number; zone: string };
};

/** What is asked of the run is told with `ask`. */
export async function earlierOf(
  ports: EarlierPorts,
  task: Task,
  { ask, env }: { ask: Ask; env: Env },
): Promise<Earlier> {
  const runs = ports.runs(task.id);
  const run = runs.findLast(hasListened);
  const end = run?.agent;
  const { before, last } = partsOf(task, runs);
  const heard = "interrupted" in ask ? before : [...before, ...last];
  return {
    prompt: ports.texts(task.agent?.textsId ?? "")?.prompt ?? "",
    feedback: heard.slice(-FEEDBACK_TOLD).map((one) => ({ attempt: one.attempt ?? 0, text: textOf(ports, one) })),
    last:
      run === undefined
        ? undefined
        : {
            attempt: run.attempt,
            state: run.state,
            result: end?.result ?? null,
            error: end?.error === null || end?.error === undefined ? null : `${end.error.class}: ${end.error.message}`,
          },
    git: await gitState(task, env),
    output: run === undefined ? "" : await outputOf(ports, task, run),
  };
}

const FEEDBACK_TOLD = 50;

function textOf({ texts }: Pick<EarlierPorts, "texts">, { textsId }: Feedback): string {
  return texts(textsId)?.prompt ?? "(cannot be read any more)";
}

const GIT_COMMANDS: readonly (readonly string[])[] = [
  ["status", "--short", "--branch"],
  ["diff", "--stat", "HEAD"],
  ["log", "--oneline", "-n", "5"],
];
const GIT_MS_MAX = 10_000;

/** Undefined where there is no repository, and where git does not say in time. */
async function gitState(task: Task, env: Env): Promise<string | undefined> {
  const cwd = task.checkout?.path ?? task.cwd;
  const git = createGit({ cwd, env, unattended: true, signal: AbortSignal.timeout(GIT_MS_MAX) });
  const told: string[] = [];
  try {
    for (const args of GIT_COMMANDS) {
      const { code, stdout } = await git.run(args);
      if (code === 0) told.push(`$ git ${args.join(" ")}\n${stdout.toString("utf8", 0, GIT_BYTES).trimEnd()}`);
    }
  } catch {
    // Without it the session has to look for itself.
  }
  return told.length === 0 ? undefined : told.join("\n");
}

const GIT_BYTES = 65_536;
const TAIL_BYTES = 262_144;

async function outputOf({ registry, folders, clock }: EarlierPorts, task: Task, run: Run): Promise<string> {
  const files = folders.files(task.id, run.attempt);
  const adapter = registry.find(run.agent?.agent ?? "");
  const [stdout, stderr] = [await tailOf(files, "stdout"), await tailOf(files, "stderr")];
  const spoken = adapter === undefined ? stdout : conversation(adapter, stdout, clock());
  return [spoken, stderr.slice(-STDERR_CHARS)].filter((text) => text.trim() !== "").join("\n");
}

const STDERR_CHARS = 2000;

function conversation(adapter: AgentAdapter, text: string, clock: { nowMs: number; zone: string }): string {
  const { events } = readStream(newStream, `${text}\n`, { adapter, clock });
  return renderEvents(events)
    .map(({ text: line }) => line)
    .join("\n");
}

/** Whole lines. */
async function tailOf(files: RunFiles, name: "stdout" | "stderr"): Promise<string> {
  const stream = await openStream(files, name).catch(() => undefined);
  if (stream === undefined) return "";
  try {
    const from = Math.max(0, stream.size - TAIL_BYTES);
    const { bytes } = await stream.read(from, TAIL_BYTES);
    const text = bytes.toString("utf8");
    return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } catch {
    // What cannot be read is not told.
    return "";
  } finally {
    await stream.close();
  }
}
