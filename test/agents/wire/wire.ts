/** What the APIs of the providers have in common. */
import type { ServerResponse } from "node:http";

/** What the model says next. */
export type Reply =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "call"; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | {
      readonly type: "failure";
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    };

export interface Wire {
  readonly path: RegExp;
  readonly afterTool: (body: string) => boolean;
  readonly write: (response: ServerResponse, reply: Exclude<Reply, { type: "failure" }>) => void;
}

/** Server-sent events, all at once. */
export function writeEvents(
  response: ServerResponse,
  events: ReadonlyArray<{ readonly [key: string]: unknown }>,
): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) {
    const { type } = event;
    response.write(`${typeof type === "string" ? `event: ${type}\n` : ""}data: ${JSON.stringify(event)}\n\n`);
  }
  response.end();
}
