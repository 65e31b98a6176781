/** A conversation as people read it; controls are left in, whoever shows it makes them harmless. */
import type { AgentEvent } from "./event.ts";

/** What colours hang on. */
export type Role = "user" | "agent" | "thinking" | "tool" | "result" | "error" | "note";

export interface ConversationLine {
  readonly role: Role;
  /** Without newline. The first line of something begins with its mark, the others are indented. */
  readonly text: string;
  /** Begins something: who prints may put an empty line before it. */
  readonly first: boolean;
}

export function renderEvents(events: readonly AgentEvent[]): readonly ConversationLine[] {
  return events.flatMap(renderEvent);
}

export function renderEvent(event: AgentEvent): readonly ConversationLine[] {
  switch (event.type) {
    case "user":
      return lines("user", "> ", event.text);
    case "text":
      return lines("agent", "", event.text);
    case "thinking":
      return lines("thinking", "~ ", event.text);
    case "tool-call":
      return lines("tool", "* ", event.summary === "" ? event.name : `${event.name}: ${event.summary}`);
    case "tool-result":
      return event.summary === "" ? [] : lines(event.ok ? "tool" : "error", event.ok ? "  = " : "  ! ", event.summary);
    case "retrying":
      return lines("note", "- ", `waits: ${event.error.message}`);
    case "error":
      return lines("error", "! ", event.error.message);
    case "needs-input":
      return lines("error", "? ", event.text);
    case "session":
      return lines(
        "note",
        "- ",
        event.model === undefined ? `session ${event.id}` : `session ${event.id}, ${event.model}`,
      );
    case "quota":
      return event.state === "ok" ? [] : lines("note", "- ", `quota ${event.name}: ${event.state}`);
    case "turn":
    case "usage":
    case "ignored":
    // The answer has been shown as the agent's last text.
    case "result":
      return [];
  }
}

function lines(role: Role, mark: string, text: string): readonly ConversationLine[] {
  const indent = " ".repeat(mark.length);
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line, index) => ({ role, first: index === 0, text: `${index === 0 ? mark : indent}${line}` }));
}
