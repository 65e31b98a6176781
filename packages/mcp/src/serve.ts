/** Serves MCP on standard input and output until the client goes away. */
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { linkToDaemon } from "./daemon-link.ts";
import { messageLines } from "./message-lines.ts";
import { createServer } from "./server.ts";

export type ServeOptions = { socketPath: string; autostart: boolean };

/** @returns the exit code */
export async function serve({ socketPath, autostart }: ServeOptions): Promise<number> {
  const link = linkToDaemon({ socket: socketPath, autostart });
  const transport = new StdioServerTransport(messageLines(process.stdin), process.stdout, {
    maxBufferSize: Number.POSITIVE_INFINITY,
  });
  serveStdio(() => createServer({ link, log }), { transport, onerror: (error) => log(error.message) });
  await closed(transport);
  link.close();
  return 0;
}

function closed(transport: StdioServerTransport): Promise<void> {
  return new Promise((resolve) => {
    const before = transport.onclose;
    transport.onclose = () => {
      before?.();
      resolve();
    };
  });
}

/** Standard output is the protocol's. */
function log(text: string): void {
  process.stderr.write(`claudine mcp: ${text}\n`);
}
