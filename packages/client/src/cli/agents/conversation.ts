/** Shows the output of an agent as the conversation that it is, instead of its stream. */
import { newStream, readStream, renderEvent, type AgentAdapter, type Role } from "@claudine/agents";
import { paint, type Color } from "../paint.ts";

/** Turns pieces of a stream into lines for people. */
export type Conversation = { take(bytes: Uint8Array): Buffer; end(): Buffer };

const COLORS: Readonly<Record<Role, Color | undefined>> = {
  user: "cyan",
  agent: undefined,
  thinking: "dim",
  tool: "blue",
  result: "green",
  error: "red",
  note: "dim",
};

export function createConversation(adapter: AgentAdapter, color: boolean): Conversation {
  const decoder = new TextDecoder();
  const clock = { nowMs: Date.now(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  let stream = newStream;
  let begun = false;
  const show = (text: string): Buffer => {
    const { state, events } = readStream(stream, text, { adapter, clock });
    stream = state;
    const lines = events.flatMap((event) => {
      // What is no JSON was meant for people.
      if (event.type === "ignored" && event.why === "not-json") return [`${event.what}\n`];
      return renderEvent(event).map(({ role, first, text: line }) => {
        const gap = first && begun && (role === "agent" || role === "user") ? "\n" : "";
        begun = true;
        return `${gap}${paint(line, COLORS[role], color)}\n`;
      });
    });
    return Buffer.from(lines.join(""));
  };
  return {
    take: (bytes) => show(decoder.decode(bytes, { stream: true })),
    end: () => show(`${decoder.decode()}\n`),
  };
}
