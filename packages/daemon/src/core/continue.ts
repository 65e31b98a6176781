/** Going on with what an agent has begun: in its session where that can be, else in a new one that is told of it. Pure. */
import {
  ClaudineError,
  FEEDBACK_MAX,
  isFinished,
  sessionAfter,
  waitingFeedback,
  type AgentEnd,
  type EventBody,
  type GoesOn,
  type Said,
  type Task,
  type TaskId,
} from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import { circleIfAgain, stateWords } from "./targets.ts";

export type ContinueCommand = {
  type: "continue";
  id: TaskId;
  /** The run that was looked at: it is the last one still. */
  attempt: number;
  feedback: Said;
  envId?: string | undefined;
};

type Retried = Extract<EventBody, { type: "task.retried" }>;
type Start = Pick<Retried, "agentAt" | "goesOn">;

/** @throws ClaudineError not_found, wrong_state, limit */
export function decideContinue(facts: Facts, { id, attempt, feedback, envId }: ContinueCommand): EventBody[] {
  const task = facts.lookup(id);
  if (task === undefined)
    throw new ClaudineError("not_found", `Cannot continue task ${id}: there is no such task`, {
      hint: "`claudine list --all` shows every task",
    });
  checkMayContinue(task);
  const why = task.attempt === attempt ? circleIfAgain(facts, task) : "it has run meanwhile";
  if (why !== undefined) throw refusal(task, why, `\`claudine show ${id}\` tells what it is`);
  return [{ type: "task.retried", id, ...startOf(task), feedback, ...(envId === undefined ? {} : { envId }) }];
}

/** What can be told by the task alone. @throws ClaudineError wrong_state, limit */
export function checkMayContinue(task: Task): void {
  const { id, status, agent, feedback = [] } = task;
  if (agent === undefined) throw refusal(task, "it is no agent's", `\`claudine retry ${id}\` runs it again`);
  if (!isFinished(status.state)) throw refusal(task, stateWords(task), hintOf(task));
  if (feedback.length < FEEDBACK_MAX) return;
  throw new ClaudineError("limit", `Cannot continue task ${id}: ${FEEDBACK_MAX} texts were said to it`, {
    hint: "`claudine agent` begins anew",
  });
}

function refusal({ id }: Task, why: string, hint: string): ClaudineError {
  return new ClaudineError("wrong_state", `Cannot continue task ${id}: ${why}`, { hint });
}

function hintOf({ id, agent, status }: Task): string {
  if (!("run" in status)) return `What it was asked has not begun yet; \`claudine send ${id} TEXT\` adds to it`;
  if (agent?.takesMessages === true) return `\`claudine send ${id} TEXT\` reaches it now`;
  return `\`claudine wait ${id}\` waits for its end; \`claudine send ${id} TEXT\` is told to a run that follows`;
}

function startOf({ session, agentAt = 0 }: Task): Start {
  if (session !== undefined) return going(session.agentAt, { session: session.id, note: null });
  return going(agentAt, { session: null, note: "a new session, told of the work so far: no session of it is known" });
}

/** Whoever said more while it ran wants that done, too: it goes on as if it had been continued. */
export function goesOnAsTold(task: Task, end: AgentEnd | undefined): Retried | undefined {
  if (waitingFeedback(task).length === 0) return undefined;
  return { type: "task.retried", id: task.id, automatic: true, after: "told", ...startOf(sessionAfter(task, end)) };
}

/** The first choice goes without saying. */
function going(agentAt: number, goesOn: GoesOn): Start {
  return { goesOn, ...(agentAt === 0 ? {} : { agentAt }) };
}

/** Of these the session is the reason, so that another run in it would end the same way. */
const OF_SESSION: ReadonlySet<string> = new Set(["session-not-found", "refused"]);

/** What begins in the middle goes on there; what its agent never began, or would not do, starts over. */
export function goesOnAfter({ goesOn }: Task, end: AgentEnd | undefined): Pick<Retried, "goesOn"> {
  const lost = OF_SESSION.has(end?.error?.class ?? "");
  if (end !== undefined && end.sessionId !== null && end.resumable !== false && !lost)
    return { goesOn: { session: end.sessionId, note: null } };
  // What was said to it must not be forgotten.
  return goesOn === undefined ? {} : { goesOn: lost ? { session: null, note: NEW_SESSION } : goesOn };
}

/** A limit that was met before the first word: its session knows of nothing, and a long prompt would be told in part. */
export function goesOnAfterLimit(task: Task, end: AgentEnd | undefined): Pick<Retried, "goesOn"> {
  return hasBegun(end) || task.goesOn !== undefined ? goesOnAfter(task, end) : {};
}

/** It has said or done something. */
export function hasBegun(end: AgentEnd | undefined): boolean {
  return end !== undefined && (end.headline !== null || end.toolCalls > 0 || end.tokens.output > 0);
}

const NEW_SESSION = "a new session, told of the work so far: the one before cannot be gone on with";

/** The next agent knows nothing of the session of the one before. */
export function goesOnElsewhere({ goesOn }: Task): Pick<Retried, "goesOn"> {
  if (goesOn === undefined) return {};
  return { goesOn: { session: null, note: "a new session, told of the work so far: it is another agent's" } };
}

/** Older tools begin a new one without a word where they do not find it; undefined when it went on as it was meant to. */
export function otherSession({ goesOn }: Task, end: AgentEnd | undefined): string | undefined {
  const [meant, found] = [goesOn?.session ?? null, end?.sessionId ?? null];
  if (meant === null || found === null || meant === found) return undefined;
  return `${end?.agent} began another session than ${meant}, and may not know what was done in it`;
}

/** A session that its tool does not know any more: once, as the new one has none to be gone. */
export function withoutItsSession({ id, goesOn, agentAt = 0 }: Task, end: AgentEnd | undefined): Retried | undefined {
  if (end?.error?.class !== "session-not-found" || (goesOn?.session ?? null) === null) return undefined;
  const note = `a new session, told of the work so far: ${end.agent} does not know ${goesOn?.session} any more`;
  return {
    type: "task.retried",
    id,
    automatic: true,
    after: "session",
    ...going(agentAt, { session: null, note }),
  };
}
