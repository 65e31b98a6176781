/** What the keys that act on a task ask of the daemon, and when they make no sense. */
import { isFinished } from "@claudine/protocol/states";
import type { Task } from "@claudine/protocol/task";
import type { Source } from "./source.ts";

export const VERBS = ["kill", "cancel", "pause", "retry", "hold"] as const;
export type Verb = (typeof VERBS)[number];

/** A request with the words for before and after. */
export type Deed = { doing: string; done: string; send(source: Source): Promise<unknown> };
export type Answer =
  | { kind: "deed"; deed: Deed }
  | { kind: "ask"; prompt: "kill" | "cancel" }
  | { kind: "no"; why: string };

const deed = (doing: string, done: string, send: Deed["send"]): Answer => ({
  kind: "deed",
  deed: { doing, done, send },
});

/** What the verb means for the task in the state it is in. */
export function answerTo(verb: Verb, task: Task): Answer {
  const { state } = task.status;
  const selector = [String(task.id)];
  const name = `task ${task.id}`;
  const no = (wanted: string): Answer => ({
    kind: "no",
    why: `Cannot ${wanted} ${name}: ${isFinished(state) ? "it has already finished" : `it is ${state}`}`,
  });
  switch (verb) {
    case "kill":
      return "run" in task.status ? { kind: "ask", prompt: "kill" } : no("kill");
    case "cancel":
      if (isFinished(state)) return no("cancel");
      return "run" in task.status ? { kind: "ask", prompt: "cancel" } : { kind: "deed", deed: cancelDeed(task.id) };
    case "pause":
      if (state === "running")
        return deed(`Pausing ${name}`, `Paused ${name}`, (to) => to.call("task.pause", { selector }));
      if (state === "paused")
        return deed(`Resuming ${name}`, `Resumed ${name}`, (to) => to.call("task.resume", { selector }));
      return no("pause");
    case "retry":
      if (!isFinished(state)) return no("retry");
      return deed(`Queueing ${name} again`, `Queued ${name} again`, (to) => to.call("task.retry", { selector }));
    case "hold":
      if (state === "queued")
        return deed(`Holding ${name}`, `Held ${name}`, (to) => to.call("task.hold", { selector }));
      if (state === "held")
        return deed(`Releasing ${name}`, `Released ${name}`, (to) => to.call("task.release", { selector }));
      return no("hold");
  }
}

/** What the footer calls the verb for this task. */
export function wordFor(verb: Verb, task: Task | undefined): string {
  if (verb === "pause" && task?.status.state === "paused") return "resume";
  return verb === "hold" && task?.status.state === "held" ? "release" : verb;
}

export function killDeed(id: number, signal: string): Deed {
  return {
    doing: `Sending ${signal} to task ${id}`,
    done: `Sent ${signal} to task ${id}`,
    send: (to) => to.call("task.kill", { selector: [String(id)], signal }),
  };
}

export function cancelDeed(id: number): Deed {
  return {
    doing: `Cancelling task ${id}`,
    done: `Cancelled task ${id}`,
    send: (to) => to.call("task.cancel", { selector: [String(id)] }),
  };
}
