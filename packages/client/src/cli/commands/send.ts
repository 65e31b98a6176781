/** `claudine send`: writes to the standard input of a running task, and tells agents something. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Result } from "@claudine/protocol/methods";
import type { Client } from "../../client.ts";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";
import { resolveTask } from "../resolve-task.ts";

/** Most characters of one call, besides the end of the last line: that would be one more than an agent may be sent. */
const PIECE = 65_536;

export const send: Command = {
  name: "send",
  summary: "Write to the input of a running task that was submitted with --stdin, or tell an agent something",
  positional: [
    { name: "TASK", describe: "Its id, or last", required: true },
    { name: "TEXT", describe: "A newline is added; - sends standard input as it is; not needed with --eof" },
  ],
  options: [
    { name: "no-newline", short: "n", type: "boolean", describe: "Add no newline" },
    { name: "eof", type: "boolean", describe: "End the input after this" },
  ],
  examples: [
    ["claudine send 12 yes", "answers a question"],
    ["claudine send last --eof - < answers.txt", "sends a file and ends the input"],
    ["claudine send 12 'And the docs, too'", "to an agent: now if it takes messages, else with its next run"],
  ],
  async run(input, io) {
    const [task = "", words] = input.args;
    const eof = flag(input, "eof");
    if (words === undefined && !eof)
      throw new ClaudineError("invalid_params", "Cannot send nothing", {
        hint: "Give TEXT, or --eof to end the input",
      });
    const newline = words === undefined || flag(input, "no-newline") ? "" : "\n";
    const text = words === "-" ? await io.read("-") : `${words ?? ""}${newline}`;
    const client = await io.connect();
    const id = await resolveTask(client, task, "send to");
    const sent = await sendAll(client, { id, text, eof });
    if (flag(input, "json")) printJson(io, { id, ...sent });
    else say(input, io, wordsFor(id, sent, eof));
    return 0;
  },
};

type Sent = Result<"task.send">;

function wordsFor(id: number, { bytes, told, state, waiting }: Sent, eof: boolean): string {
  if (told === "now") return `Sent ${bytes} bytes to task ${id}${eof ? " and ended its input" : ""}`;
  const others = waiting > 1 ? `, with ${waiting - 1} ${waiting === 2 ? "text" : "texts"} sent before` : "";
  return state === "running" || state === "paused"
    ? `Task ${id} cannot hear it now; it is told this in its next run${others}`
    : `Task ${id} is ${state}; it is told this when it runs${others}`;
}

type Sending = { id: number; text: string; eof: boolean };

async function sendAll(client: Client, { id, text, eof }: Sending): Promise<Sent> {
  const totalBytes = Buffer.byteLength(text);
  let bytes = 0;
  let from = 0;
  for (;;) {
    const to = endOfPiece(text, from + PIECE);
    const sent = await client.call("task.send", {
      id,
      text: text.slice(from, to),
      eof: eof && to >= text.length,
      // Of several pieces, each is refused with the numbers of the whole.
      ...(from > 0 || to < text.length ? { sentBytes: bytes, totalBytes } : {}),
    });
    bytes += sent.bytes;
    from = to;
    if (from >= text.length) return { ...sent, bytes };
  }
}

/** Not between the two halves of a character, and not before the last newline. */
function endOfPiece(text: string, end: number): number {
  if (/^\r?\n$/.test(text.slice(end, end + 3))) return text.length;
  const half = end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return half ? end - 1 : end;
}
