/** Starts `claudine mcp` under the official client, as a coding agent does. */
import { type CallToolResult, Client, type Progress } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { onTestFinished } from "vitest";
import type { Rig } from "./daemon.ts";
import { CLIENT } from "./program.ts";

/** The last revision with a handshake, which most tools speak, and the one without. */
export const REVISIONS = ["2025-11-25", "2026-07-28"] as const;
export type Revision = (typeof REVISIONS)[number];

export type Called = {
  isError: boolean;
  /** The text blocks. */
  texts: readonly string[];
  /** The first block, when it is no error. */
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON of another process, looked into by tests
  facts: any;
};

export class McpSession {
  readonly client: Client;
  readonly #transport: StdioClientTransport;
  #stderr = "";

  constructor(client: Client, transport: StdioClientTransport) {
    this.client = client;
    this.#transport = transport;
    transport.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  get pid(): number {
    return this.#transport.pid ?? 0;
  }

  stderr(): string {
    return this.#stderr;
  }

  async call(name: string, args: unknown = {}, onprogress?: (progress: Progress) => void): Promise<Called> {
    const result: CallToolResult = await this.client.callTool(
      { name, arguments: args as Record<string, unknown> },
      onprogress === undefined ? {} : { onprogress },
    );
    const texts = result.content.map((block) => (block.type === "text" ? block.text : ""));
    const isError = result.isError === true;
    return { isError, texts, facts: isError ? undefined : JSON.parse(texts[0] ?? "null") };
  }
}

export async function startMcp(rig: Rig, revision: Revision = "2026-07-28", words: string[] = []): Promise<McpSession> {
  const transport = new StdioClientTransport({
    command: CLIENT[0] ?? "",
    args: [...CLIENT.slice(1), "mcp", ...words],
    env: rig.env,
    cwd: rig.home.work,
    stderr: "pipe",
  });
  const client = new Client(
    { name: "test", version: "1" },
    { versionNegotiation: { mode: revision === "2025-11-25" ? "legacy" : { pin: revision } } },
  );
  const session = new McpSession(client, transport);
  await client.connect(transport);
  onTestFinished(() => client.close());
  return session;
}
