/** What handlers work with, and how one is typed from the method table. */
import type {
  AgentFacts,
  AgentSpec,
  AgentTexts,
  AgentTool,
  AgentWish,
  Config,
  HostSample,
  LiveRun,
  LiveUsage,
  MethodName,
  OnConflict,
  Params,
  Paths,
  Result,
  Task,
  TaskEvent,
  TaskId,
} from "@claudine/protocol";
import type { Calendar } from "../core/calendar.ts";
import type { HostPort } from "../core/capacity.ts";
import type { Engine } from "../engine.ts";
import type { EnvVault } from "../environment/env-vault.ts";
import type { History } from "../history/history.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RunFolders } from "../output/files.ts";
import type { Preview } from "../output/keeper.ts";
import type { Pace } from "./pace.ts";
import type { Attached } from "../environment/attached.ts";
import type { Backup, Reader } from "../reading/reader.ts";
import type { InputPiece } from "../running/task-input.ts";
import type { Watchers } from "../reading/until.ts";
import type { Search } from "../searching/search-process.ts";
import type { Zones } from "../schedules/zones.ts";

/** Live figures by task, from the meter. */
export type UsagePort = { current(id: TaskId): LiveUsage | undefined; all(): LiveUsage[] };

/** Prompts for coding agents. */
export type AgentsPort = {
  /** @throws ClaudineError invalid_params, too_large */
  delegated(wish: AgentWish): { agent: AgentSpec; texts: AgentTexts; headline: string };
  /** @throws ClaudineError invalid_params, too_large */
  feedbackTexts(task: Task, words: { text: string; changes?: string; verb: "continue" | "send to" }): AgentTexts;
  timeoutMs: number | undefined;
  list(place: { env: Readonly<Record<string, string>>; cwd: string }): Promise<AgentTool[]>;
  current(id: TaskId): AgentFacts | undefined;
  message(task: Task, text: string): string | undefined;
};

export type Context = {
  engine: Engine<Attached>;
  agents: AgentsPort;
  /** What others have changed in a task's worktree, as its agent is told. @throws ClaudineError wrong_state */
  lookOutside(task: Task, onConflict: OnConflict): Promise<string | undefined>;
  store: Reader & Backup;
  vault: EnvVault;
  zones: Zones;
  calendar: Calendar;
  watchers: Watchers;
  usage: UsagePort;
  history: History;
  metrics: Pick<Metrics, "read">;
  runs: RunFolders;
  /** What output there is, and what of it would be removed now. */
  sweepPreview(): Promise<Preview>;
  /** Looks into tasks and their output in a process of its own. */
  search: Search;
  config: Config;
  paths: Paths;
  log: Log;
  version: string;
  startedAt: number;
  launcher: "perl" | "node";
  readHost(): HostSample;
  /** What the scheduler looks at. */
  machine: HostPort;
  /** Writes to a running task's input and, with `eof`, ends it. @returns bytes written @throws ClaudineError */
  writeInput(task: Task, run: LiveRun, input: InputPiece): Promise<number>;
  /** Has the start of its run reported, if that is on record and was not noticed yet. */
  look(task: Task): void;
  /** Why its run cannot start now, in words; undefined when nothing keeps it from it. */
  startRefusal(task: Task): string | undefined;
  /** For answers that take long to build. */
  pace: Pace;
  connections(): number;
  /** Told of each line that a client sent. */
  onRequest(): void;
  /** Ends the daemon after the answer is written. */
  shutdown(): void;
  checks(): { name: string; level: "ok" | "warning" | "error"; message: string; hint: string | null }[];
};

/** The connection a call came by. */
export type Caller = {
  /** Sends events after `since`, old ones first; resumes by itself when the client reads again. @throws ClaudineError limit */
  subscribe(since: number): number;
  unsubscribe(subscription: number): boolean;
  /**
   * Builds one large answer at a time, and none while the client leaves too much unread.
   * @throws ClaudineError unavailable when the connection ends before the turn comes
   */
  inTurn<T>(build: () => Promise<T>): Promise<T>;
  /** Aborted when the connection is gone. */
  closed: AbortSignal;
};

export type Handler<M extends MethodName> = (context: Context, params: Params<M>, caller: Caller) => Promise<Result<M>>;
export type Handlers = { readonly [M in MethodName]: Handler<M> };
export type EventSource = { lastSeq(): number; read(since: number, limit: number): TaskEvent[] };
