/** What agents' tasks were told, and nothing else. */
import { safeLog } from "@claudine/protocol/text";
import type { Client } from "../../client.ts";
import type { Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { printJson } from "../print.ts";

/** @returns the exit code. @throws ClaudineError not_found, wrong_state when it is no agent's task, storage */
export async function printPrompts(
  input: Input,
  io: Io,
  { client, ids }: { client: Pick<Client, "call">; ids: readonly number[] },
): Promise<number> {
  for (const id of ids) {
    await printTexts(input, io, await client.call("agent.texts", { id }));
  }
  return 0;
}

export async function printTexts(input: Input, io: Io, texts: { prompt: string }): Promise<void> {
  if (flag(input, "json")) printJson(io, texts);
  else if (io.stdoutIsTty) await io.write("stdout", `${safeLog(texts.prompt).trimEnd()}\n`);
  else await io.write("stdout", texts.prompt.endsWith("\n") ? texts.prompt : `${texts.prompt}\n`);
}
