/** A model's provider on the loopback: answers what it is told to, in the words of the API that the tool speaks. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as anthropic from "./wire/anthropic.ts";
import * as google from "./wire/google.ts";
import * as openai from "./wire/openai.ts";
import type { Reply, Wire } from "./wire/wire.ts";

/** A request to the model. */
export interface Asked {
  /** All of it, as it came. */
  readonly body: string;
  /** Some tool of the agent has answered already. */
  readonly afterTool: boolean;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Provider extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Requests that no API here knows. */
  readonly others: readonly string[];
}

const wires: readonly Wire[] = [anthropic, openai, google].map(({ wire }) => wire);

export async function startProvider(reply: (asked: Asked) => Reply): Promise<Provider> {
  const asked: Asked[] = [];
  const others: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const wire = wires.find(({ path }) => path.test(request.url ?? ""));
    if (wire === undefined || request.method !== "POST") {
      others.push(`${request.method} ${request.url}`);
      response.writeHead(404, { "content-type": "application/json" }).end(`{"error":{"message":"not here"}}`);
      return;
    }
    const next = { body, afterTool: wire.afterTool(body), headers: request.headers };
    asked.push(next);
    const said = reply(next);
    if (said.type !== "failure") return wire.write(response, said);
    response.writeHead(said.status, { "content-type": "application/json", ...said.headers });
    response.end(JSON.stringify(said.body));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    others,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Some tools ask a smaller model things of their own. */
export function allOf(asked: readonly Asked[]): string {
  return asked.map(({ body }) => body).join("\n");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
