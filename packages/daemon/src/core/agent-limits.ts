/** Providers of agents that take no more for a while: who waits for them, and who tries whether that is over. */
import {
  choiceOf,
  ClaudineError,
  formatDuration,
  type AgentEnd,
  type AgentFacts,
  type AgentLimit,
  type AgentLimitInfo,
  type EventBody,
  type LiveRun,
  type Task,
  type TaskId,
} from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import type { State } from "./state.ts";

export type Providers = {
  /** By the agent's name. */
  limits: Map<string, AgentLimit>;
  /** Those of them whose time is over: one run tries. */
  ripe: Set<string>;
  /** The runs that try, by the agent. */
  probes: Map<string, Set<TaskId>>;
};

type Now = Pick<Facts, "now" | "wall">;

/** Without a word of the tool: so long at first, twice as long each time. */
const BACKOFF_MS = { "rate-limit": 30_000, "usage-limit": 300_000 } as const;
const BACKOFF_MS_MAX = 3_600_000;
/** What is said to be over later than this was misunderstood. */
const TOLD_MS_MAX = 32 * 86_400_000;

export function createProviders(limits: Iterable<AgentLimit>): Providers {
  return {
    limits: new Map([...limits].map((limit) => [limit.agent, limit])),
    ripe: new Set(),
    probes: new Map(),
  };
}

export function isLimited({ limits }: Providers, agent: string): boolean {
  return limits.has(agent);
}

/** Whoever waits for it may start, or one of them. */
export function isOpen({ limits, ripe, probes }: Providers, agent: string): boolean {
  return !limits.has(agent) || (ripe.has(agent) && !probes.has(agent));
}

/** The first of a task's choices, from the one that it is at, whose provider takes more; undefined when there is none. */
export function openChoice(providers: Providers, { agent, agentAt = 0 }: Task): number | undefined {
  if (agent === undefined || providers.limits.size === 0) return agentAt;
  const at = agent.choices.findIndex((choice, index) => index >= agentAt && isOpen(providers, choice.agent));
  return at === -1 ? undefined : at;
}

export function setLimit({ limits, ripe }: Providers, limit: AgentLimit): void {
  const { agent, class: kind, message, since, resetsAt, told, ripeAt, tries } = limit;
  limits.set(agent, { agent, class: kind, message, since, resetsAt, told, ripeAt, tries });
  ripe.delete(agent);
}

export function forgetLimit({ limits, ripe }: Providers, agent: string): void {
  limits.delete(agent);
  ripe.delete(agent);
}

export function noteProbe({ probes }: Providers, task: Task): void {
  if (task.agent === undefined || !("run" in task.status) || task.status.run.probe !== true) return;
  const { agent } = choiceOf(task.agent, task.agentAt);
  probes.set(agent, (probes.get(agent) ?? new Set()).add(task.id));
}

export function endProbe({ probes }: Providers, task: Task): void {
  if (task.agent === undefined || !("run" in task.status) || task.status.run.probe !== true) return;
  const { agent } = choiceOf(task.agent, task.agentAt);
  probes.get(agent)?.delete(task.id);
  if (probes.get(agent)?.size === 0) probes.delete(agent);
}

/** Those whose time is over since it was last asked, as either clock says. */
export function ripenLimits({ limits, ripe }: Providers, { now, wall }: Now): string[] {
  const over = [...limits.values()].filter(
    ({ agent, resetsAt, ripeAt }) => !ripe.has(agent) && (resetsAt <= wall || ripeAt <= now),
  );
  for (const { agent } of over) ripe.add(agent);
  return over.map(({ agent }) => agent);
}

/** When the next one is over, on the steady clock. */
export function limitEndsAt({ limits, ripe }: Providers, { now, wall }: Now): number | undefined {
  const times = [...limits.values()].flatMap(({ agent, resetsAt, ripeAt }) =>
    ripe.has(agent) ? [] : [Math.min(ripeAt, resetsAt - wall + now)],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** What the end of a run says of its provider: it has met its limit, or the limit is over. */
export function limitAfter(
  facts: Facts,
  task: Task,
  { run, agent: end }: { run: LiveRun; agent: AgentEnd | undefined },
): EventBody[] {
  if (task.agent === undefined || end === undefined) return [];
  const { agent } = choiceOf(task.agent, task.agentAt);
  const known = facts.state.providers.limits.get(agent);
  const kind = limitKind(end);
  if (kind === undefined) return known !== undefined && run.probe === true && hasAnswers(end) ? [freed(agent)] : [];
  const tries = known === undefined ? 0 : known.tries + (run.probe === true ? 1 : 0);
  const times = timesOf(facts, { kind, tries, told: end.error?.resetsAt });
  // Those that ran beside it tell the same.
  if (known !== undefined && run.probe !== true && !(times.told && times.resetsAt > known.resetsAt)) return [];
  const message = end.error?.message ?? "";
  return [{ type: "agent.limited", agent, class: kind, message, since: known?.since ?? facts.wall, tries, ...times }];
}

function limitKind({ ok, error }: AgentEnd): keyof typeof BACKOFF_MS | undefined {
  return ok !== true && isLimit(error) ? error.class : undefined;
}

type Limited = { class: keyof typeof BACKOFF_MS };

export function isLimit<E extends { readonly class: string }>(error: E | null | undefined): error is E & Limited {
  return error?.class === "usage-limit" || error?.class === "rate-limit";
}

/** One that met its limit right at its time waits at least as long as one that was told nothing. */
function timesOf(
  { now, wall }: Now,
  { kind, tries, told }: { kind: keyof typeof BACKOFF_MS; tries: number; told: number | undefined },
): Pick<AgentLimit, "resetsAt" | "ripeAt" | "told"> {
  const backoffMs = (times: number) => Math.min(BACKOFF_MS[kind] * 2 ** Math.min(times, 20), BACKOFF_MS_MAX);
  const isTold = told !== undefined && told > wall && told - wall <= TOLD_MS_MAX;
  const afterMs = isTold ? Math.max(told - wall, tries === 0 ? 0 : backoffMs(tries - 1)) : backoffMs(tries);
  return { resetsAt: wall + afterMs, ripeAt: now + afterMs, told: isTold };
}

/** A message of the tool's own about the limit is no answer of the provider. */
export function hasAnswers({ ok, error, toolCalls, tokens }: AgentFacts): boolean {
  return ok === true || (error === null && (toolCalls > 0 || tokens.output > 0));
}

/** It waits then, and goes on when the limit is over. */
export function didMeetLimit({ agent }: Task, end: AgentEnd | undefined): boolean {
  return agent !== undefined && end !== undefined && limitKind(end) !== undefined;
}

/** @param report of a run that gets answers from its provider */
export function decideAnswers({ state, lookup }: Facts, report: { id: TaskId; attempt: number }): EventBody[] {
  const task = lookup(report.id);
  if (task?.agent === undefined || !("run" in task.status)) return [];
  const { attempt, probe } = task.status.run;
  const { agent } = choiceOf(task.agent, task.agentAt);
  if (attempt !== report.attempt || probe !== true || !state.providers.limits.has(agent)) return [];
  return [freed(agent)];
}

/** @throws ClaudineError not_found */
export function decideForget({ providers }: State, agent: string): EventBody[] {
  if (providers.limits.has(agent)) return [freed(agent)];
  throw new ClaudineError("not_found", `Cannot forget the limit of ${agent}: it has met none`, {
    hint: "claudine agents shows the limits that there are",
  });
}

function freed(agent: string): EventBody {
  return { type: "agent.freed", agent };
}

export function limitInfo({ limits, probes }: Providers, agent: string): AgentLimitInfo | null {
  const limit = limits.get(agent);
  if (limit === undefined) return null;
  const { agent: _, ripeAt: __, ...rest } = limit;
  const [triedBy = null] = probes.get(agent) ?? [];
  return { ...rest, triedBy };
}

/** Why nothing more is given to a provider. */
export function limitWords({ providers, calendar }: State, agent: string, wall: number): string {
  const limit = providers.limits.get(agent);
  const [probe] = providers.probes.get(agent) ?? [];
  const what = `${limit?.class === "rate-limit" ? "rate limit" : "usage limit"} of ${agent}`;
  if (limit === undefined || (probe !== undefined && providers.ripe.has(agent)))
    return `${what}, task ${probe ?? ""} tries whether it is over`;
  const left = limit.resetsAt - wall;
  const when = `${calendar.clockText(limit.resetsAt, wall)}${left > 0 ? ` (in ${formatDuration(left)})` : ""}`;
  return `${what}, ${limit.told ? "resets" : "tried again"} ${when}`;
}
