/** docs/reference/events.md, from the schemas of the events. */
import { EventBody, type EventType } from "@claudine/protocol";
import { anchor, fence, page } from "./markdown.ts";
import { fieldsTable, schemaOf } from "./types.ts";

/** When each event happens; a new one without a line here does not compile. */
const WHEN = {
  "task.submitted": "A task was taken into the queue.",
  "task.held": "A task is kept from starting, by a person or because its secret variables cannot be read.",
  "task.released": "A held task may start.",
  "task.cancelled":
    "A task that had not started was taken out. A running one that is cancelled ends with `run.finished`.",
  "task.retried": "A finished task was queued again; its next run has the next attempt number.",
  "task.told": "Something was said to an agent's task that its next run is told.",
  "task.skipped": "A dependency ended otherwise than the task wanted, so it will not run.",
  "task.moved": "A queued task was given another place in its line.",
  "task.changed": "What a waiting task asks for was changed.",
  "task.failed": "A task failed without a run, as what a schedule has missed.",
  "task.removed": "A task was forgotten, with its output.",
  "run.admitted": "A slot is free for the task, and its command is about to be started.",
  "run.started": "The command executes.",
  "run.attention": "Somebody should look at the agent that runs, or need not any more.",
  "run.warned": "Nine tenths of the run's time are over.",
  "run.stopping": "The run is to end: the signal follows.",
  "run.escalated": "The run did not end within its grace: SIGKILL follows.",
  "run.signalled": "A signal that ends nothing by itself was sent.",
  "run.paused": "All processes of the run were stopped.",
  "run.resumed": "All processes of the run go on.",
  "run.finished": "The run came to an end, in one way or another.",
  "worktree.changed":
    "A task was given a worktree, before it is made, or something became of it: committed, merged, removed and others.",
  "group.changed": "A group was made, paused or resumed, or its slots or its budget were changed.",
  "group.removed": "A group and its slots were forgotten.",
  "agent.limited":
    "A provider of an agent takes no more for a while, as the run that ends next was told: its tasks wait.",
  "agent.freed": "The limit of a provider is over, as a run has shown or a person has said.",
  "budget.reached":
    "A budget of agents is used up: nothing more of its scope is started, until it is raised or its day is over.",
  "schedule.added": "A schedule was added.",
  "schedule.changed": "A schedule was changed; tasks of it that are there already are as they were.",
  "schedule.paused": "A schedule is not due any more until it is resumed.",
  "schedule.resumed": "A schedule is due again, from now on.",
  "schedule.fired":
    "A schedule was due, or was run by a person: the task that it became is submitted in the same commit.",
  "schedule.skipped": "Times at which a schedule was due became no task.",
  "schedule.removed": "A schedule and its history were forgotten; its tasks stay.",
  "daemon.started": "A daemon took over the state.",
  "daemon.stopped": "A daemon ended in an orderly way. After a crash there is none.",
} as const satisfies Record<EventType, string>;

export function eventsPage(): string {
  return page(
    "Events",
    "Everything that happens is an event in the journal, and each event is durable before anybody is told of it. " +
      "`claudine events --json` prints them, one JSON object per line; `event.list` and `event.subscribe` ([methods.md](methods.md)) give them to programs.",
    fence(
      "json",
      '{"seq":4,"at":1767225600000,"type":"run.started","id":1,"attempt":1,"process":{"pid":4711,"startTicks":"81234","bootId":"…"},"startedAt":1767225600000}',
    ),
    "Every event has `seq`, its place in the journal, without gaps; `at`, when it was journalled (epoch milliseconds); and `type`. " +
      "A program that keeps the last `seq` it has seen goes on from there with `claudine events --since SEQ --follow`, and misses nothing. " +
      "Values of environment variables are in no event.",
    Object.keys(WHEN)
      .map((type) => `- [${type}](#${anchor(type)})`)
      .join("\n"),
    ...EventBody.options.map((option) => eventText(option)),
  );
}

function eventText(option: (typeof EventBody.options)[number]): string {
  const type = option.shape.type.value;
  const schema = schemaOf(option, "output");
  const { type: _type, ...properties } = schema.properties ?? {};
  return [`## ${type}`, WHEN[type], fieldsTable({ ...schema, properties })]
    .filter((block) => block !== "")
    .join("\n\n");
}
