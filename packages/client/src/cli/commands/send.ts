/** `claudine send`: writes to the standard input of a running task. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../../client.ts";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";
import { resolveTask } from "../resolve-task.ts";

/** Most characters of one call. */
const PIECE = 65_536;

export const send: Command = {
  name: "send",
  summary: "Write to the input of a running task that was submitted with --stdin",
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
    const bytes = await sendAll(client, { id, text, eof });
    if (flag(input, "json")) printJson(io, { id, bytes });
    else say(input, io, `Sent ${bytes} bytes to task ${id}${eof ? " and ended its input" : ""}`);
    return 0;
  },
};

type Sending = { id: number; text: string; eof: boolean };

async function sendAll(client: Client, { id, text, eof }: Sending): Promise<number> {
  const totalBytes = Buffer.byteLength(text);
  let bytes = 0;
  let from = 0;
  do {
    const to = wholeCharacter(text, from + PIECE);
    bytes += (
      await client.call("task.send", {
        id,
        text: text.slice(from, to),
        eof: eof && to >= text.length,
        // Of several pieces, each is refused with the numbers of the whole.
        ...(text.length > PIECE ? { sentBytes: bytes, totalBytes } : {}),
      })
    ).bytes;
    from = to;
  } while (from < text.length);
  return bytes;
}

/** Not between the two halves of a character. */
function wholeCharacter(text: string, end: number): number {
  const half = end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return half ? end - 1 : end;
}
