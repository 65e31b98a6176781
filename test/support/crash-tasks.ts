/** The tasks of the crash tests: each notes that it began in the file `ran`, and ends in a way that follows from its id and run. */
import type { Client } from "@claudine/client";
import type { ParamsIn } from "@claudine/protocol/methods";
import type { Outcome } from "@claudine/protocol/task";

export type Kind = "exit" | "nap" | "signal" | "long" | "stubborn" | "family";

const BEGIN = `echo "$CLAUDINE_TASK_ID.$CLAUDINE_RUN" >> ran; echo "$CLAUDINE_TASK_ID.$CLAUDINE_RUN"`;
const EXIT = "exit $(((CLAUDINE_TASK_ID + CLAUDINE_RUN) % 5))";
const SIGNALS = ["TERM", "KILL", "SEGV"] as const;

const SCRIPTS: Readonly<Record<Kind, string>> = {
  exit: `${BEGIN}; ${EXIT}`,
  nap: `${BEGIN}; sleep 0.$((CLAUDINE_TASK_ID % 8 + 1)); ${EXIT}`,
  signal: `${BEGIN}; ulimit -c 0; set -- ${SIGNALS.join(" ")}; shift $((CLAUDINE_TASK_ID % 3)); kill -$1 $$`,
  long: `${BEGIN}; exec sleep 1000`,
  stubborn: `trap '' TERM; ${BEGIN}; while :; do sleep 1; done`,
  family: `${BEGIN}; setsid sleep 1000 & sleep 1000`,
};

/** These end only when they are told to. */
export const ENDLESS: readonly Kind[] = ["long", "stubborn", "family"];

type Submit = ParamsIn<"task.submit">["tasks"][number];

export function taskOf(kind: Kind, more: Partial<Submit> = {}): Submit {
  return { command: ["/bin/sh", "-c", SCRIPTS[kind]], label: kind, ...more };
}

/** For schedules: none waits for another of its call. */
export const SCHEDULED = { command: ["/bin/sh", "-c", SCRIPTS.exit], label: "exit" };

/** How a run ends that nobody ended; undefined when it does not. */
export function expectedOutcome(label: string | null, id: number, attempt: number): Outcome | undefined {
  if (label === "exit" || label === "nap") return { kind: "exited", exitCode: (id + attempt) % 5 };
  if (label === "signal") return { kind: "signalled", signal: `SIG${SIGNALS[id % 3]}`, coreDumped: false };
  return undefined;
}

/** Cancels what never ends by itself. One label by one: what no task has is refused, with all that is named beside it. */
export async function cancelEndless(client: Client): Promise<void> {
  for (const kind of ["long", "stubborn", "family"] satisfies Kind[])
    await client.call("task.cancel", { selector: [`label:${kind}`] }).catch(() => {});
}
