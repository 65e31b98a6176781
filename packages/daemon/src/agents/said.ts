/** What was said to a task since its prompt: what its next run is to be told of it, and what earlier ones have heard. */
import type { AgentTexts, Feedback, Run, Task, TaskId } from "@claudine/protocol";
import { isLimit } from "../core/agent-limits.ts";
import { hasBegun } from "../core/continue.ts";
import { FIRST_BYTES, lineBytes, newestOf } from "./first-message.ts";
import type { Ask } from "./handover.ts";

export type SaidPorts = {
  texts(id: string): AgentTexts | undefined;
  /** Of a task, that have ended. */
  runs(id: TaskId): readonly Run[];
};

type Parts = {
  /** No run has heard of it. What was said since the one that starts was admitted is for the next. */
  fresh: readonly Feedback[];
  /** What the last run that could hear was told. */
  last: readonly Feedback[];
  before: readonly Feedback[];
};

/** One that could not begin, did not find its session, or met a limit before its first word has done nothing. */
export function hasListened({ startedAt, agent }: Run): boolean {
  if (startedAt === null || agent?.error?.class === "session-not-found") return false;
  return hasBegun(agent) || !isLimit(agent?.error);
}

/** Oldest first. */
export function partsOf({ feedback = [] }: Task, runs: readonly Run[]): Parts {
  const heardUntil = runs.findLast(hasListened)?.attempt ?? 0;
  const isHeard = ({ attempt }: Feedback) => attempt !== null && attempt <= heardUntil;
  const heard = feedback.filter(isHeard);
  const newest = heard.at(-1)?.attempt;
  return {
    fresh: feedback.filter((one) => one.attempt !== null && !isHeard(one)),
    last: heard.filter(({ attempt }) => attempt === newest),
    before: heard.filter(({ attempt }) => attempt !== newest),
  };
}

/** What a run is told that goes on; undefined when that cannot be read. */
export function askOf(ports: SaidPorts, task: Task): Ask | undefined {
  const runs = ports.runs(task.id);
  const { fresh, last } = partsOf(task, runs);
  const prompt = ports.texts(task.agent?.textsId ?? "")?.prompt;
  const room = roomOf(task, PART_BYTES);
  const before = last.length === 0 ? prompt : textOf(ports, last, room);
  const said = textOf(ports, fresh, room);
  if (said === undefined) return before === undefined ? undefined : { interrupted: before };
  return brokeOff(task, runs) && before !== undefined ? { interrupted: before, since: said } : { text: said };
}

/** What was asked last and what was said since have to fit into one message, with words around them. */
const PART_BYTES = Math.floor(FIRST_BYTES * 0.45);

/** Nobody has asked for another run since, so that what was asked before is still to be done. */
function brokeOff({ retriedAt = 0 }: Task, runs: readonly Run[]): boolean {
  const last = runs.findLast(hasListened);
  return last !== undefined && last.attempt > retriedAt && last.state !== "succeeded";
}

/**
 * The prompt of a run that begins with it, and what was said to those that began so: it belongs to what is asked. What
 * runs that went on were told is forgotten with them.
 */
export function beginning(ports: SaidPorts, task: Task, prompt: string): string {
  const { feedback = [] } = task;
  if (feedback.length === 0) return prompt;
  const runs = ports.runs(task.id);
  const { fresh } = partsOf(task, runs);
  const began = new Set(runs.filter(({ goesOn }) => goesOn === undefined).map(({ attempt }) => attempt));
  const own = feedback.filter((one) => fresh.includes(one) || (one.attempt !== null && began.has(one.attempt)));
  const said = textOf(ports, own, roomOf(task, FIRST_BYTES - lineBytes(prompt)));
  return said === undefined ? prompt : `${prompt}\n\n${said}`;
}

type Room = { id: TaskId; roomBytes: number };

/** Others read their prompts from a file. */
function roomOf({ id, agent }: Task, roomBytes: number): Room {
  return { id, roomBytes: agent?.takesMessages === true ? roomBytes : Number.POSITIVE_INFINITY };
}

/** In the order in which it was said; undefined when there is nothing. */
function textOf({ texts }: SaidPorts, said: readonly Feedback[], room: Room): string | undefined {
  const all = said.flatMap(({ textsId }) => {
    const { prompt, changes } = texts(textsId) ?? {};
    return [prompt, changes].filter((text) => text !== undefined);
  });
  return all.length === 0 ? undefined : newestOf(all, room);
}
