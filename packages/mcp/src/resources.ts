/** Tasks and their output as resources: `claudine://task/12`, `claudine://task/12/stdout`, `claudine://task/12/run/2/stderr`. */
import { isUtf8 } from "node:buffer";
import type { Client } from "@claudine/client";
import { ClaudineError } from "@claudine/protocol/errors";
import type { ReadResourceResult, Resource, ResourceTemplateType } from "@modelcontextprotocol/server";
import { fullTask } from "./brief.ts";
import { bytesOf, readEnd, type Stream, type Wanted } from "./output.ts";

/** Longer output is cut at its beginning. */
const BYTES_MAX = 262_144;
const LISTED_TASKS = 20;
const NAME_CHARS = 100;

export const RESOURCE_TEMPLATES: readonly ResourceTemplateType[] = [
  {
    name: "task",
    uriTemplate: "claudine://task/{id}",
    description: "Everything about a task, with its runs",
    mimeType: "application/json",
  },
  {
    name: "output",
    uriTemplate: "claudine://task/{id}/{stream}",
    description: "The output of the last run; stream is stdout or stderr",
  },
  {
    name: "output of a run",
    uriTemplate: "claudine://task/{id}/run/{attempt}/{stream}",
    description: "The output of an earlier run",
  },
];

type Call = { client: Client; signal: AbortSignal };

/** The output of the newest tasks that have run. */
export async function listResources({ client, signal }: Call): Promise<Resource[]> {
  const { tasks } = await client.call("task.list", { limit: LISTED_TASKS }, { signal });
  return tasks
    .filter(({ attempt }) => attempt > 0)
    .flatMap((task) =>
      (["stdout", "stderr"] as const).map((stream) => ({
        uri: `claudine://task/${task.id}/${stream}`,
        name: `${stream} of task ${task.id}`,
        description: `${task.state}: ${(task.label ?? task.command).slice(0, NAME_CHARS)}`,
        mimeType: "text/plain",
      })),
    );
}

/** @throws ClaudineError not_found, invalid_params */
export async function readResource({ client, signal }: Call, uri: string): Promise<ReadResourceResult> {
  const named = parseUri(uri);
  if (named.stream === undefined) {
    const { task, runs } = await client.call("task.get", { id: named.id }, { signal });
    return { contents: [{ uri, mimeType: "application/json", text: JSON.stringify({ ...fullTask(task), runs }) }] };
  }
  const piece = await readEnd(client, { ...named, stream: named.stream, bytes: BYTES_MAX }, signal);
  const bytes = bytesOf(piece);
  if (!isUtf8(bytes))
    return { contents: [{ uri, mimeType: "application/octet-stream", blob: bytes.toString("base64") }] };
  const left = piece.offset === 0 ? "" : `[the first ${piece.offset} bytes are left out: the tool logs reads them]\n`;
  return { contents: [{ uri, mimeType: "text/plain", text: left + bytes.toString() }] };
}

type Named = Omit<Wanted, "stream"> & { stream?: Stream };

const URI = /^claudine:\/\/task\/(\d{1,10})(?:(?:\/run\/(\d{1,9}))?\/(stdout|stderr))?$/;

function parseUri(uri: string): Named {
  const [, id, attempt, stream] = URI.exec(uri) ?? [];
  if (id === undefined)
    throw new ClaudineError("not_found", `Cannot read ${uri.slice(0, NAME_CHARS)}: there is no such resource`, {
      hint: RESOURCE_TEMPLATES.map(({ uriTemplate }) => uriTemplate).join(", "),
    });
  return {
    id: Number(id),
    ...(attempt === undefined ? {} : { attempt: Number(attempt) }),
    ...(stream === "stdout" || stream === "stderr" ? { stream } : {}),
  };
}
