/** `claudine groups`: the groups with their slots. */
import type { Group } from "@claudine/protocol/host";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson } from "../print.ts";
import { type Column, renderTable } from "../table.ts";

export const groups: Command = {
  name: "groups",
  summary: "Show the groups with their slots, as `group list`",
  options: [],
  async run(input, io) {
    const client = await io.connect();
    const { groups: all } = await client.call("group.list", {});
    if (flag(input, "json")) printJson(io, all);
    else if (flag(input, "quiet")) io.out(all.map(({ name }) => `${name}\n`).join(""));
    else
      io.out(
        renderTable(COLUMNS, all, io)
          .map((line) => `${line}\n`)
          .join(""),
      );
    return 0;
  },
};

const COLUMNS: readonly Column<Group>[] = [
  { title: "GROUP", text: ({ name }) => name },
  { title: "SLOTS", align: "right", text: ({ slots }) => String(slots) },
  { title: "USED", align: "right", text: ({ used }) => String(used) },
  { title: "RUNNING", align: "right", text: ({ running }) => String(running) },
  { title: "QUEUED", align: "right", text: ({ queued }) => String(queued) },
  { title: "STATE", text: ({ paused }) => (paused ? "paused" : "") },
];
