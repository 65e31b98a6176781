/** Shows what was said to an agent's task since its prompt. */
import { ClaudineError } from "@claudine/protocol/errors";
import { safeLog } from "@claudine/protocol/text";
import { formatBytes } from "@claudine/protocol/units";
import type { Client } from "../../client.ts";
import type { Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { paint } from "../paint.ts";
import { printJson, say } from "../print.ts";
import { clock } from "../task-values.ts";

type Wanted = { input: Input; io: Io; client: Client };

/** @throws ClaudineError not_found, wrong_state */
export async function showFeedback({ input, io, client }: Wanted, ids: readonly number[]): Promise<number> {
  const [id, other] = ids;
  if (id === undefined || other !== undefined)
    throw new ClaudineError("invalid_params", "--feedback shows that of one task", {
      hint: "claudine logs 12 --feedback",
    });
  const { feedback } = await client.call("agent.feedback", { id });
  if (flag(input, "json")) printJson(io, { id, feedback });
  else if (feedback.length === 0) say(input, io, `Nothing was said to task ${id} since its prompt`);
  for (const { attempt, at, bytes, text } of flag(input, "json") ? [] : feedback) {
    const run = attempt === null ? "waits for the next run" : `run ${attempt}`;
    const head = `==> ${run}, ${clock(at)} (${formatBytes(bytes)}) <==`;
    await io.write("stdout", `${paint(head, "bold", io.color)}\n${shown(text, io)}\n`);
  }
  return 0;
}

function shown(text: string | null, io: Io): string {
  if (text === null) return "(not shown)";
  return (io.stdoutIsTty ? safeLog(text) : text).trimEnd();
}
