/** What executes when an agent's run starts: the tool as it is found then, with its texts as files. */
import { NESTING_VARIABLES, type AgentAdapter, type AgentLaunch, type AgentRequest } from "@claudine/agents";
import { choiceOf, type AgentSpec, type AgentTexts, type Outcome, type Task } from "@claudine/protocol";
import { INPUT_BYTES } from "./first-message.ts";
import type { Registry } from "./registry.ts";
import type { Tell, Told } from "./going-on.ts";
import type { TextFiles } from "./text-files.ts";
import { notInstalled, tooOld, type Tools } from "./tools.ts";
import { requestOf } from "./wish.ts";

type Env = Readonly<Record<string, string>>;

/** It cannot be started, and trying again would not help. */
export type Refusal = { outcome: Extract<Outcome, { kind: "not-started" }>; note: string };
export type AgentStart = {
  argv: readonly [string, ...string[]];
  env: Env;
  /** The file to read, or what to say first and then stay open. */
  stdin: { path: string } | { first: string } | undefined;
};
/** Undefined for what is no agent's, and when `signal` has given the start up. */
export type StartAgent = (
  task: Task,
  attempt: number,
  world: { env: Env; signal: AbortSignal },
) => Promise<AgentStart | Refusal | undefined>;

export type StartPorts = {
  registry: Registry;
  tools: Tools;
  files: TextFiles;
  texts(id: string): AgentTexts | undefined;
  tell: Tell;
};

export function createStartAgent(ports: StartPorts): StartAgent {
  const { registry, tools, files } = ports;
  const environment = createEnvironments();
  return async (task, attempt, { env, signal }) => {
    if (task.agent === undefined) return undefined;
    const { agent, model } = choiceOf(task.agent, task.agentAt);
    const adapter = registry.find(agent);
    if (adapter === undefined) return refusal(agent, "ENOENT", `the configuration knows no agent ${agent} any more`);
    const bare = environment(env, { unset: NESTING_VARIABLES, set: {} });
    // Asking it for its version may take seconds.
    const tool = await unlessAborted(tools.find(adapter, { env: bare, cwd: task.cwd }), signal);
    if (signal.aborted) return undefined;
    if (tool === undefined) return refusal(adapter.program, "ENOENT", notInstalled(adapter));
    const old = tooOld(adapter, tool.version);
    if (old !== undefined) return refusal(tool.path, "ENOEXEC", old);
    const stored = ports.texts(task.agent.textsId);
    if (stored === undefined) return refusal(agent, "ENODATA", "its prompt cannot be read");
    const run = { task, attempt };
    const told = await ports.tell(task, { texts: stored, env: bare });
    const leftUsd = "run" in task.status ? task.status.run.budget?.usd : undefined;
    const given = { ...told, model, leftUsd, path: (kind: TextKind) => files.path(run, kind) };
    const launch = launchOf(adapter, task.agent, given);
    if (typeof launch === "string") return refusal(agent, "EINVAL", launch);
    const tooLong = tooLongForInput(launch);
    if (tooLong !== undefined) return refusal(agent, "EMSGSIZE", tooLong);
    await files.write(run, told.texts);
    if (tool.version !== undefined) files.noteVersion(run, tool.version);
    const { unset, set } = launch.environment;
    return {
      argv: [tool.path, ...launch.argv.slice(1)],
      env: environment(env, { unset: [...NESTING_VARIABLES, ...unset], set }),
      stdin: stdinOf(launch, files.path(run, "prompt")),
    };
  };
}

/** Undefined as soon as it is aborted, whatever the work still takes. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    work.then(resolve, reject);
  });
}

type TextKind = "prompt" | "system" | "schema";
type Given = Told & { model: string | undefined; leftUsd: number | undefined; path(kind: TextKind): string };

function launchOf(adapter: AgentAdapter, spec: AgentSpec, given: Given): AgentLaunch | string {
  const request = within(adapter, { ...requestOf(spec, given), resume: given.resume }, given.leftUsd);
  return adapter.unsupported(request) ?? adapter.launch(request);
}

/** A tool that keeps to a budget by itself gets no more than is left. */
function within(adapter: AgentAdapter, request: AgentRequest, leftUsd: number | undefined): AgentRequest {
  if (leftUsd === undefined || (request.budgetUsd ?? Number.POSITIVE_INFINITY) <= leftUsd) return request;
  const lowered = { ...request, budgetUsd: leftUsd };
  return adapter.unsupported(lowered) === undefined ? lowered : request;
}

/** As JSON a message can be six times as long, and half a line is never answered. */
function tooLongForInput({ stdin }: AgentLaunch): string | undefined {
  const bytes = stdin.type === "lines" ? Buffer.byteLength(stdin.first) + 1 : 0;
  if (bytes <= INPUT_BYTES) return undefined;
  return `the first message has ${bytes} bytes as its session takes it, and ${INPUT_BYTES} fit`;
}

function stdinOf({ stdin }: AgentLaunch, promptPath: string): AgentStart["stdin"] {
  switch (stdin.type) {
    case "nothing":
      return undefined;
    case "prompt":
      return { path: promptPath };
    case "lines":
      return { first: `${stdin.first}\n` };
  }
}

function refusal(path: string, errno: string, note: string): Refusal {
  return { outcome: { kind: "not-started", step: "agent", errno, path }, note };
}

type EnvironmentChange = AgentLaunch["environment"];

/** The same object for the same change, as the shim is told of each once. */
function createEnvironments(): (env: Env, change: EnvironmentChange) => Env {
  const made = new WeakMap<Env, Map<string, Env>>();
  return (env, change) => {
    const known = made.get(env) ?? new Map<string, Env>();
    made.set(env, known);
    const key = JSON.stringify(change);
    const { unset, set } = change;
    const kept = Object.entries(env).filter(([name]) => !unset.includes(name));
    const changed = known.get(key) ?? { ...Object.fromEntries(kept), ...set };
    known.set(key, changed);
    return changed;
  };
}
