/** One MCP server: tools and resources over a connection to the daemon. */
import { ClaudineError } from "@claudine/protocol/errors";
import { version } from "@claudine/protocol/version";
import {
  type CallToolResult,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { failureOf, failureText, resultOf } from "./answer.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { listResources, readResource, RESOURCE_TEMPLATES } from "./resources.ts";
import { jsonSchemaOf } from "./schema.ts";
import type { Context, Tool } from "./tool.ts";
import { TOOLS } from "./tools/index.ts";

const INSTRUCTIONS =
  "Claudine runs commands in the background on this machine and keeps their output, exit code and what they used. " +
  "submit gives ids at once; wait until they end; result says how one ended. Tasks go on when this session ends.";

/** At the same time. */
const CALLS_MAX = 100;

export type Ports = { link: DaemonLink; log(text: string): void };

export function createServer(ports: Ports): McpServer {
  const mcp = new McpServer(
    { name: "claudine", title: "Claudine", version },
    { capabilities: { tools: { listChanged: false }, resources: { listChanged: false } }, instructions: INSTRUCTIONS },
  );
  // The handlers are set by hand: what McpServer says of bad arguments has no hint, and several lines.
  mcp.server.setRequestHandler("tools/list", () => ({ tools: LISTED_TOOLS }));
  const calls = new Set<object>();
  mcp.server.setRequestHandler("tools/call", async ({ params }, context) => {
    if (calls.size >= CALLS_MAX) return failureOf(tooMany(params.name), ports.log);
    calls.add(context);
    return callTool(ports, params, context).finally(() => calls.delete(context));
  });
  mcp.server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [...RESOURCE_TEMPLATES] }));
  mcp.server.setRequestHandler("resources/list", (_, { mcpReq: { signal } }) =>
    told(ports, async () => ({ resources: await listResources({ client: await ports.link.client(), signal }) })),
  );
  mcp.server.setRequestHandler("resources/read", ({ params: { uri } }, { mcpReq: { signal } }) =>
    told(ports, async () => readResource({ client: await ports.link.client(), signal }, uri)),
  );
  return mcp;
}

const LISTED_TOOLS = TOOLS.map(({ name, title, description, params, annotations }: Tool) => ({
  name,
  title,
  description,
  annotations,
  inputSchema: jsonSchemaOf(params),
}));

function tooMany(tool: string): ClaudineError {
  return new ClaudineError("limit", `Cannot ${tool.slice(0, 100)}: ${CALLS_MAX} calls are being answered`, {
    hint: "Wait for one of them; a selector takes several tasks at once",
  });
}

type Asked = { name: string; arguments?: unknown };

async function callTool({ link, log }: Ports, asked: Asked, context: ServerContext): Promise<CallToolResult> {
  const tool = TOOLS.find(({ name }) => name === asked.name);
  if (tool === undefined)
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `There is no tool "${asked.name.slice(0, 100)}"; there are: ${TOOLS.map(({ name }) => name).join(", ")}`,
    );
  try {
    return resultOf(await tool.call(() => contextOf(link, context), asked.arguments));
  } catch (error) {
    return failureOf(error, log);
  }
}

async function contextOf(link: DaemonLink, { mcpReq }: ServerContext): Promise<Context> {
  const progressToken = mcpReq._meta?.progressToken;
  return {
    client: await link.client(),
    signal: mcpReq.signal,
    report:
      progressToken === undefined
        ? undefined
        : (progress) => mcpReq.notify({ method: "notifications/progress", params: { progressToken, ...progress } }),
  };
}

/** Failures of resources are errors of the protocol; they get the same words. */
async function told<T>({ log }: Ports, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, failureText(error, log));
  }
}
