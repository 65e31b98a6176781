/** For the tests of the library: a server on a real Unix socket that answers as a test tells it to. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Asked = { id: number; method: string; params: Record<string, unknown> };
/** Answers a request; undefined leaves it open. */
export type Answer = (asked: Asked, socket: Socket) => object | undefined;

export class FakeDaemon {
  readonly dir = mkdtempSync(join(tmpdir(), "fake-"));
  readonly socket = join(this.dir, "d.sock");
  /** Everything that was asked, over all connections. */
  readonly asked: Asked[] = [];
  answer: Answer = () => ({ result: {} });
  readonly #open = new Set<Socket>();
  #server: Server | undefined;

  listen(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    return new Promise((resolve) => server.listen(this.socket, () => resolve()));
  }

  /** Ends as a daemon that is told to stop: no socket is left. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.drop();
    await closed;
  }

  /** Cuts every connection. */
  drop(): void {
    for (const socket of this.#open) socket.destroy();
  }

  get connections(): number {
    return this.#open.size;
  }

  /** The methods that were asked for, in order. */
  get methods(): string[] {
    return this.asked.map(({ method }) => method);
  }

  async raze(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#open.delete(socket));
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (text + chunk).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line) as Asked, socket);
    });
  }

  #take(asked: Asked, socket: Socket): void {
    this.asked.push(asked);
    const answer = this.answer(asked, socket);
    if (answer !== undefined) send(socket, { jsonrpc: "2.0", id: asked.id, ...answer });
  }
}

export function send(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify(message)}\n`);
}
