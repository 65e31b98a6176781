/** Serves the metrics over HTTP, to this machine alone, where the configuration says so. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isLoopback, parseListen, type Result } from "@claudine/protocol";
import type { Log } from "../log.ts";
import type { Exposition } from "./exposition.ts";

export type Endpoint = {
  /** For the doctor; none when nothing is to be served. */
  checks(): Result<"doctor.run">["checks"];
  close(): Promise<void>;
};

export type EndpointPorts = {
  /** `off`: nothing is served. */
  listen: string;
  read(): Promise<Exposition>;
  log: Log;
  /** No connection is there for longer. */
  connectionMs?: number;
};

const CONNECTIONS_AT_MOST = 32;
/** As long as Prometheus waits unless told. */
const CONNECTION_MS = 10_000;

/** A port that cannot be had is said; the daemon goes on without. */
export async function openEndpoint(ports: EndpointPorts): Promise<Endpoint> {
  const { listen, read, log, connectionMs = CONNECTION_MS } = ports;
  if (listen === "off") return { checks: () => [], close: async () => {} };
  const { createServer } = await import("node:http");
  const server = createServer(serveOnce(read));
  server.maxConnections = CONNECTIONS_AT_MOST;
  server.on("connection", (socket) => endAfter(socket, connectionMs));
  const problem = await listening(server, listen);
  const [name, url] = ["metrics", `http://${listen}/metrics`];
  if (problem === undefined) log.info("Serving metrics", { url });
  else log.warn(`Cannot serve metrics on ${listen}: ${problem}`, { hint: HINT });
  return {
    checks: () => [
      problem === undefined
        ? { name, level: "ok", message: `Served on ${url}`, hint: null }
        : { name, level: "warning", message: `Cannot serve metrics on ${listen}: ${problem}`, hint: HINT },
    ],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const HINT = "Set another `metrics.listen` in the configuration, and `claudine daemon restart`";

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use",
  EACCES: "that port is for the system's own services",
  EADDRNOTAVAIL: "this machine has no such address",
};

/** One answer for a connection: all that were asked for at once would be made and kept for who never reads them. */
function serveOnce(read: () => Promise<Exposition>) {
  const served = new WeakSet<Socket>();
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (served.has(request.socket)) return;
    served.add(request.socket);
    void answer({ method: request.method, url: request.url, host: request.headers.host }, read).then(
      (reply) => send(response, reply),
      () => send(response, { status: 500, text: "Cannot read the metrics\n" }),
    );
  };
}

/** Whatever it does or does not do: a timeout of silence is put off by every byte. */
function endAfter(socket: Socket, connectionMs: number): void {
  const timer = setTimeout(() => socket.destroy(), connectionMs);
  socket.once("close", () => clearTimeout(timer));
}

/** Resolves with what keeps it from it. */
function listening(server: Server, listen: string): Promise<string | undefined> {
  const address = parseListen(listen);
  if (address === undefined) return Promise.resolve("it is no address");
  return new Promise((resolve) => {
    server.on("error", (error: NodeJS.ErrnoException) => resolve(WORDS[error.code ?? ""] ?? error.message));
    server.listen({ ...address, exclusive: true }, () => resolve(undefined));
    server.unref();
  });
}

type Asked = { method: string | undefined; url: string | undefined; host: string | undefined };
type Reply = { status: number; text: string; contentType?: string };

async function answer({ method, url, host }: Asked, read: () => Promise<Exposition>): Promise<Reply> {
  // A page in a browser may have any name resolve to this machine; it then asks for that name.
  if (host === undefined || !isLoopback(hostName(host)))
    return { status: 403, text: "Ask for this machine by address\n" };
  if (method !== "GET" && method !== "HEAD") return { status: 405, text: "Only GET\n" };
  if (url?.split("?", 1)[0] !== "/metrics") return { status: 404, text: "The metrics are at /metrics\n" };
  const { text, contentType } = await read();
  return { status: 200, text: method === "HEAD" ? "" : text, contentType };
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

function send(response: ServerResponse, { status, text, contentType = "text/plain; charset=utf-8" }: Reply): void {
  const allowed = status === 405 ? { allow: "GET, HEAD" } : {};
  response.writeHead(status, { "content-type": contentType, connection: "close", ...allowed });
  response.end(text);
}
