/** `claudine events`: what happened, from the journal, and what happens. */
import type { TaskEvent } from "@claudine/protocol/event";
import { safeJson } from "@claudine/protocol/text";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../../client.ts";
import type { Command, Input, Io } from "../command.ts";
import { flag, number } from "../input.ts";

/** How many old events are shown unless told. */
const DEFAULT_LAST = 100;
const PAGE = 1000;

export const events: Command = {
  name: "events",
  summary: "Show what happened to the tasks, and with --follow what happens",
  options: [
    {
      name: "since",
      type: "number",
      least: 0,
      arg: "SEQ",
      describe: "Events after this number; 0 is all that the journal keeps",
    },
    {
      name: "lines",
      short: "n",
      type: "number",
      least: 0,
      arg: "N",
      describe: `So many of the newest (${DEFAULT_LAST}; 0 with --follow)`,
    },
    { name: "follow", short: "f", type: "boolean", describe: "Go on with new ones until Ctrl-C" },
  ],
  examples: [
    ["claudine events -f --json", "one JSON object per line, for programs"],
    ["claudine events --since 4711 -f --json", "goes on where a program left off, without a gap"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const follow = flag(input, "follow");
    const signal = follow ? io.interrupt() : undefined;
    const print = printer(input, io);
    const since = await startOf(input, client, follow);
    const last = await printOld(client, since, print);
    if (!follow) return 0;
    for await (const batch of client.events({ since: last, ...(signal === undefined ? {} : { signal }) }))
      await print(batch.events);
    return signal?.aborted === true ? 130 : 0;
  },
};

/** The number after which to begin. */
async function startOf(input: Input, client: Client, follow: boolean): Promise<number> {
  const since = number(input, "since");
  const lines = number(input, "lines");
  if (since !== undefined && lines !== undefined) {
    throw new ClaudineError("invalid_params", "Cannot use --since and --lines together", {
      hint: "Give one of the two",
    });
  }
  if (since !== undefined) return since;
  const { firstSeq, lastSeq } = await client.call("event.list", { limit: 1 });
  return Math.max(firstSeq - 1, lastSeq - (lines ?? (follow ? 0 : DEFAULT_LAST)), 0);
}

/** @returns the number of the newest event that was printed, or `since` */
async function printOld(
  client: Client,
  since: number,
  print: (events: readonly TaskEvent[]) => Promise<void>,
): Promise<number> {
  let after = since;
  for (;;) {
    const page = await client.call("event.list", { since: after, limit: PAGE });
    await print(page.events);
    const newest = page.events.at(-1)?.seq;
    if (newest === undefined) return after;
    after = newest;
    if (after >= page.lastSeq) return after;
  }
}

function printer(input: Input, io: Io): (events: readonly TaskEvent[]) => Promise<void> {
  if (flag(input, "json")) return (list) => io.write("stdout", list.map((event) => `${safeJson(event)}\n`).join(""));
  if (flag(input, "quiet")) return (list) => io.write("stdout", list.map(({ seq }) => `${seq}\n`).join(""));
  return async (list) => {
    const { eventText } = await import("../event-text.ts");
    await io.write("stdout", list.map((event) => `${eventText(event)}\n`).join(""));
  };
}
