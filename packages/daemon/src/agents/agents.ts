/** Joins the parts that make prompts into runs of coding agents. */
import { join } from "node:path";
import { NESTING_VARIABLES } from "@claudine/agents";
import type { AgentTexts, AgentTool, AgentWish, Attention, Config, Run, Task, TaskId } from "@claudine/protocol";
import type { Log } from "../log.ts";
import type { RunFolders } from "../output/files.ts";
import { createAgentRuns, type AgentRuns } from "./agent-runs.ts";
import { createTell, feedbackTexts, type Words } from "./going-on.ts";
import { createRegistry } from "./registry.ts";
import { createStartAgent, type StartAgent } from "./start.ts";
import { createTextFiles } from "./text-files.ts";
import { createTools, type Place, type Probe } from "./tools.ts";
import { delegated, type Delegated } from "./wish.ts";

export type AgentsPorts = {
  stateDir: string;
  config: Pick<Config, "agent" | "agents">;
  runs: Pick<RunFolders, "files">;
  texts(id: string): AgentTexts | undefined;
  /** Of a task, that have ended. */
  runsOf(id: TaskId): readonly Run[];
  probe: Probe;
  live(id: TaskId): Task | undefined;
  liveTasks(): Iterable<Task>;
  report(report: { id: TaskId; attempt: number; attention: Attention | null; end?: "quiet" | "lingering" }): void;
  answers(run: { id: TaskId; attempt: number }): void;
  spending(run: { id: TaskId; attempt: number; turned: boolean }): void;
  calledTools(task: Task, calls: number): void;
  environment(task: Task): Readonly<Record<string, string>>;
  clock: { wall(): number; steady(): number };
  log: Log;
};

export type Agents = AgentRuns & {
  start: StartAgent;
  /** What a wish comes to. @throws ClaudineError invalid_params, too_large */
  delegated(wish: AgentWish): Delegated;
  /** What is said to a task, as it is stored. @throws ClaudineError invalid_params, too_large */
  feedbackTexts(task: Task, words: Words): AgentTexts;
  /** How long a run may take unless its task says it; undefined: as long as it likes. */
  timeoutMs: number | undefined;
  list(place: Place): Promise<AgentTool[]>;
  /** What to write to a session for `text` to be a message; undefined where it takes none. */
  message(task: Task, text: string): string | undefined;
};

export function createAgents(ports: AgentsPorts): Agents {
  const { agent: defaults, agents: templates } = ports.config;
  const registry = createRegistry(defaults.custom);
  const tools = createTools(ports.probe);
  const files = createTextFiles(join(ports.stateDir, "prompts"));
  const runs = createAgentRuns({
    ...ports,
    ...ports.clock,
    registry,
    files,
    rules: {
      quietAfterMs: unlessOff(defaults.quietAfter),
      endQuietAfterMs: unlessOff(defaults.endQuietAfter),
      endLingeringAfterMs: unlessOff(defaults.endLingeringAfter),
    },
  });
  const { texts, runsOf } = ports;
  const clock = () => ({ nowMs: ports.clock.wall(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const tell = createTell({ registry, texts, clock, runs: runsOf, folders: ports.runs });
  return {
    ...runs,
    start: createStartAgent({ registry, tools, files, texts, tell }),
    feedbackTexts: (task, words) => feedbackTexts(registry, task, words),
    delegated: (wish) => delegated({ registry, defaults, templates }, wish),
    timeoutMs: unlessOff(defaults.timeout),
    list({ env, cwd }) {
      const bare = Object.fromEntries(Object.entries(env).filter(([name]) => !NESTING_VARIABLES.includes(name)));
      return Promise.all(registry.names().map((name) => tools.describe(registry.get(name), { env: bare, cwd })));
    },
    message({ agent, agentAt = 0 }, text) {
      const choice = agent?.choices[agentAt];
      const line = choice === undefined ? undefined : registry.find(choice.agent)?.message(text);
      return line === undefined ? undefined : `${line}\n`;
    },
  };
}

const unlessOff = (value: number | "off"): number | undefined => (value === "off" ? undefined : value);
