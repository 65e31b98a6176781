/** An event of the journal as a line for people. */
import type { EventBody, TaskEvent } from "@claudine/protocol/event";
import { outcomeText } from "@claudine/protocol/info";
import { oneLine } from "@claudine/protocol/text";

export function eventText(event: TaskEvent): string {
  return `${String(event.seq).padStart(6)}  ${localTime(event.at)}  ${oneLine(eventWords(event))}`;
}

/** `2026-11-21 08:04:20.123`, in local time. */
function localTime(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 23).replace("T", " ");
}

function eventWords(event: EventBody): string {
  switch (event.type) {
    case "task.submitted":
      return `task ${event.id} submitted${event.held ? ", held" : ""}: ${event.spec.command}`;
    case "task.held":
    case "task.released":
    case "task.retried":
    case "task.removed":
      return `task ${event.id} ${event.type.slice(5)}`;
    case "task.cancelled":
      return `task ${event.id} cancelled${because(event.note)}`;
    case "run.admitted":
    case "run.paused":
    case "run.resumed":
      return `${run(event)} ${event.type.slice(4)}`;
    case "run.started":
      return `${run(event)} started with pid ${event.process.pid}`;
    case "run.stopping":
      return `${run(event)} is being ended with ${event.signal} (${event.cause})${because(event.note)}`;
    case "run.escalated":
      return `${run(event)} did not end in time: SIGKILL`;
    case "run.signalled":
      return `${run(event)} was sent ${event.signal}`;
    case "run.finished":
      return `${run(event)} ${event.state}: ${outcomeText(event.outcome)}${because(event.note)}`;
    case "group.changed":
      return `group ${event.name} has ${event.slots} slots`;
    case "daemon.started":
      return `daemon ${event.version} started with pid ${event.pid}`;
    case "daemon.stopped":
      return `daemon with pid ${event.pid} stopped`;
  }
}

const run = ({ id, attempt }: { id: number; attempt: number }): string =>
  `task ${id}${attempt === 1 ? "" : ` run ${attempt}`}`;
const because = (note: string | null): string => (note === null ? "" : ` (${note})`);
