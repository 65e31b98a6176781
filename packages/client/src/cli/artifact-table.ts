/** Artifacts as a table. */
import type { Artifact } from "@claudine/protocol/artifact";
import { formatBytes } from "@claudine/protocol/units";
import { type Column, type Layout, renderTable } from "./table.ts";
import { clock } from "./task-values.ts";

const WORDS: Readonly<Record<Artifact["kind"], string>> = {
  file: "",
  folder: "a folder that cannot be entered",
  link: "a symbolic link",
  fifo: "a FIFO",
  socket: "a socket",
  device: "a device",
  misnamed: "a name that is no UTF-8",
};

/** Why it cannot be fetched; empty when it can. */
export function kindText({ kind }: Artifact): string {
  return WORDS[kind];
}

const COLUMNS: readonly Column<Artifact>[] = [
  { title: "SIZE", align: "right", text: (one) => (one.kind === "file" ? formatBytes(one.bytes) : "") },
  { title: "WRITTEN", text: ({ modifiedAt }) => clock(modifiedAt) },
  {
    title: "ARTIFACT",
    shrinksTo: 12,
    text: (one) => (one.kind === "file" ? one.name : `${one.name} (${kindText(one)})`),
  },
];

export function artifactLines(files: readonly Artifact[], layout: Layout): string[] {
  return renderTable(COLUMNS, files, layout);
}
