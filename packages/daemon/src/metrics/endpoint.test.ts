import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openEndpoint } from "./endpoint.ts";

const REPLY = { contentType: "text/plain", text: "x".repeat(20_000) };
const REQUESTS = 2000;
const CONNECTIONS = 32;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function serve(connectionMs?: number) {
  const port = await freePort();
  const served = { port, reads: 0 };
  const read = () => {
    served.reads += 1;
    return Promise.resolve(REPLY);
  };
  const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const endpoint = await openEndpoint({
    listen: `127.0.0.1:${port}`,
    read,
    log,
    ...(connectionMs && { connectionMs }),
  });
  onTestFinished(() => endpoint.close());
  return served;
}

/** Reads nothing. */
async function crowd(port: number, text: string): Promise<void> {
  const sockets = Array.from({ length: CONNECTIONS }, (): Socket => connect(port, "127.0.0.1").on("error", () => {}));
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  for (const socket of sockets) socket.pause().write(text);
}

const answers = (port: number) => () =>
  fetch(`http://127.0.0.1:${port}/metrics`).then(
    async (answer) => (await answer.text()).length,
    () => 0,
  );

const ask = (version: string) => `GET /metrics HTTP/${version}\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n`;

test.for(["1.1", "1.0"])("who asks thousands of times and never reads (HTTP/%s) keeps nobody out", async (version) => {
  const served = await serve();
  await crowd(served.port, ask(version).repeat(REQUESTS));
  await expect.poll(answers(served.port)).toBe(REPLY.text.length);
  expect(served.reads).toBeLessThanOrEqual(CONNECTIONS + 1);
});

test("who does not ask to the end keeps nobody out for long", async () => {
  const served = await serve(500);
  await crowd(served.port, "GET /metrics HTTP/1.1\r\n");
  await expect.poll(answers(served.port)).toBe(REPLY.text.length);
});
