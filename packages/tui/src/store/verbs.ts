/** What the keys that act on tasks ask of the daemon, and when they make no sense. */
import { isFinished } from "@claudine/protocol/states";
import type { Task } from "@claudine/protocol/task";
import type { TaskVerb } from "../keys.ts";
import { selectorWords } from "./selector-words.ts";
import type { Source } from "./source.ts";
import type { Prompt } from "./ui-state.ts";

export const VERBS: readonly TaskVerb[] = [
  "kill",
  "cancel",
  "pause",
  "retry",
  "hold",
  "raise",
  "lower",
  "remove",
  "continue",
];

/** A request with the words for before and after; `of` tells how many tasks it is about. */
export type Deed = { doing: string; done: string; of?: number; send(source: Source): Promise<unknown> };
export type Answer =
  | { kind: "deed"; deed: Deed }
  | { kind: "ask"; prompt: Prompt }
  /** Done a little later unless it is undone. */
  | { kind: "later"; ids: readonly number[]; deed: Deed }
  | { kind: "no"; why: string };

type Fits = (task: Task) => boolean;

const runs: Fits = ({ status }) => "run" in status;
const is =
  (state: Task["status"]["state"]): Fits =>
  ({ status }) =>
    status.state === state;
const ended: Fits = ({ status }) => isFinished(status.state);
const waits: Fits = (task) => is("queued")(task) || is("held")(task);

/** What the verb means for the tasks in the states they are in; those that it does not fit are left out. */
export function answerTo(verb: TaskVerb, tasks: readonly Task[]): Answer {
  switch (verb) {
    case "kill":
      return forThose(tasks, { wanted: "kill", fits: runs }, (ids) => ({ kind: "ask", prompt: { kind: "kill", ids } }));
    case "cancel":
      return forThose(tasks, { wanted: "cancel", fits: (task) => !ended(task) }, (ids, some) =>
        some.some(runs) ? { kind: "ask", prompt: { kind: "cancel", ids } } : { kind: "deed", deed: cancelDeed(ids) },
      );
    case "pause":
      return pauseAnswer(tasks);
    case "continue":
      return sayAnswer(tasks);
    case "retry":
      return forThose(tasks, { wanted: "retry", fits: ended }, (ids, _, name) =>
        deed(`Queueing ${name} again`, `Queued ${name} again`, (to) => to.call("task.retry", select(ids))),
      );
    case "hold":
      return holdAnswer(tasks);
    case "raise":
      return priorityAnswer(tasks, 1);
    case "lower":
      return priorityAnswer(tasks, -1);
    case "remove":
      return forThose(tasks, { wanted: "remove", fits: (task) => !runs(task) }, (ids, _, name) => ({
        kind: "later",
        ids,
        deed: {
          doing: `Removing ${name}`,
          done: `Removed ${name}`,
          of: ids.length,
          send: (to) => to.call("task.remove", select(ids)),
        },
      }));
  }
}

/** What the footer calls the verb for these tasks. */
export function wordFor(verb: TaskVerb, tasks: readonly Task[]): string {
  const none = (state: Task["status"]["state"]) => !tasks.some(is(state));
  if (verb === "pause" && none("running") && tasks.some(is("paused"))) return "resume";
  if (verb === "continue" && !tasks.some(ended)) return "say more";
  return verb === "hold" && none("queued") && tasks.some(is("held")) ? "release" : verb;
}

export function killDeed(ids: readonly number[], signal: string): Deed {
  const name = nameOf(ids);
  return {
    doing: `Sending ${signal} to ${name}`,
    done: `Sent ${signal} to ${name}`,
    of: ids.length,
    send: (to) => to.call("task.kill", { ...select(ids), signal }),
  };
}

export function cancelDeed(ids: readonly number[]): Deed {
  const name = nameOf(ids);
  return {
    doing: `Cancelling ${name}`,
    done: `Cancelled ${name}`,
    of: ids.length,
    send: (to) => to.call("task.cancel", select(ids)),
  };
}

export type Saying = Omit<Extract<Prompt, { kind: "say" }>, "kind">;

/** The first that cannot be told ends it, and says so. */
export function sayDeed({ to: those, ids, text }: Saying): Deed {
  const name = nameOf(ids);
  const each = (tell: (id: number) => Promise<unknown>) =>
    ids.reduce<Promise<unknown>>((before, id) => before.then(() => tell(id)), Promise.resolve());
  if (those === "ended")
    return {
      doing: `Continuing ${name}`,
      done: `Continued ${name}`,
      send: (to) => each((id) => to.call("agent.continue", { id, feedback: text })),
    };
  return {
    doing: `Sending it to ${name}`,
    done: `Sent to ${name}, for the next run where it cannot be heard now`,
    send: (to) => each((id) => to.call("task.send", { id, text })),
  };
}

/** `task 4`, or how many. */
export function nameOf(ids: readonly number[]): string {
  return ids.length === 1 ? `task ${ids[0]}` : `${ids.length} tasks`;
}

/** Of agents: those that have ended go on, or else the others are told. */
function sayAnswer(tasks: readonly Task[]): Answer {
  const agents = tasks.filter(({ agent }) => agent !== undefined);
  const [task] = tasks;
  if (agents.length === 0 && task !== undefined && tasks.length === 1)
    return { kind: "no", why: `Cannot continue task ${task.id}: it is no agent's` };
  const to = agents.some(ended) ? "ended" : "unfinished";
  const fits: Fits = (one) => one.agent !== undefined && ended(one) === (to === "ended");
  return forThose(tasks, { wanted: "continue", fits }, (ids) => ({
    kind: "ask",
    prompt: { kind: "say", to, ids, text: "" },
  }));
}

function pauseAnswer(tasks: readonly Task[]): Answer {
  if (wordFor("pause", tasks) === "resume")
    return forThose(tasks, { wanted: "resume", fits: is("paused") }, (ids, _, name) =>
      deed(`Resuming ${name}`, `Resumed ${name}`, (to) => to.call("task.resume", select(ids))),
    );
  return forThose(tasks, { wanted: "pause", fits: is("running") }, (ids, _, name) =>
    deed(`Pausing ${name}`, `Paused ${name}`, (to) => to.call("task.pause", select(ids))),
  );
}

function holdAnswer(tasks: readonly Task[]): Answer {
  if (wordFor("hold", tasks) === "release")
    return forThose(tasks, { wanted: "release", fits: is("held") }, (ids, _, name) =>
      deed(`Releasing ${name}`, `Released ${name}`, (to) => to.call("task.release", select(ids))),
    );
  return forThose(tasks, { wanted: "hold", fits: is("queued") }, (ids, _, name) =>
    deed(`Holding ${name}`, `Held ${name}`, (to) => to.call("task.hold", select(ids))),
  );
}

function priorityAnswer(tasks: readonly Task[], by: number): Answer {
  const wanted = by > 0 ? "raise" : "lower";
  return forThose(tasks, { wanted, fits: waits }, (ids, some, name) => {
    const edits = some.map(({ id, priority }) => ({ id, changes: { priority: priority + by } }));
    const now = some.length === 1 ? ` to ${edits[0]?.changes.priority}` : "";
    const word = by > 0 ? "Raised" : "Lowered";
    return deed(`Changing ${name}`, `${word} the priority of ${name}${now}`, (to) =>
      to.call("task.edit", { edits, ...manner(ids) }),
    );
  });
}

type Want = { wanted: string; fits: Fits };

function forThose(
  tasks: readonly Task[],
  { wanted, fits }: Want,
  then: (ids: readonly number[], some: readonly Task[], name: string) => Answer,
): Answer {
  const some = tasks.filter(fits);
  const ids = some.map(({ id }) => id);
  if (some.length > 0) return counted(then(ids, some, nameOf(ids)), ids.length);
  const [task] = tasks;
  if (task === undefined || tasks.length > 1)
    return { kind: "no", why: `Cannot ${wanted} any of the ${tasks.length} tagged tasks in the states they are in` };
  const { state } = task.status;
  return {
    kind: "no",
    why: `Cannot ${wanted} task ${task.id}: ${isFinished(state) ? "it has already finished" : `it is ${state}`}`,
  };
}

function counted(answer: Answer, of: number): Answer {
  return answer.kind === "deed" ? { ...answer, deed: { ...answer.deed, of } } : answer;
}

function deed(doing: string, done: string, send: Deed["send"]): Answer {
  return { kind: "deed", deed: { doing, done, send } };
}

/** One task that does not allow it is told why; of several that were chosen some may have ended meanwhile. */
function manner(ids: readonly number[]): { skipUnfit?: true } {
  return ids.length > 1 ? { skipUnfit: true } : {};
}

function select(ids: readonly number[]): { selector: string[]; skipUnfit?: true } {
  return { selector: selectorWords(ids), ...manner(ids) };
}
