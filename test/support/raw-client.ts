/** A connection that says whatever a test wants to say, line by line, well formed or not. */
import { connect, type Socket } from "node:net";
import type { MethodName, ParamsIn, Result } from "@claudine/protocol/methods";

export type Answer = {
  jsonrpc?: string;
  id?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: { code: string; hint: string | null } };
};

type Message = Answer | Answer[];

export class RawClient {
  readonly socket: Socket;
  /** Resolves when the connection has ended, in whatever way. */
  readonly ended: Promise<void>;
  /** Lines that no request of this client asked for. */
  readonly others: Message[] = [];
  readonly #answers = new Map<unknown, (answer: Answer | undefined) => void>();
  readonly #readers: ((message: Message | undefined) => void)[] = [];
  #pieces: Buffer[] = [];
  #nextId = 0;
  #over = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        this.#over = true;
        for (const give of [...this.#answers.values(), ...this.#readers.splice(0)]) give(undefined);
        resolve();
      });
    });
  }

  static open(path: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** Resolves when the kernel has it, or when the connection has ended. */
  async write(data: string | Buffer): Promise<void> {
    if (this.#over) return;
    if (this.socket.write(data)) return;
    await Promise.race([new Promise((resolve) => this.socket.once("drain", resolve)), this.ended]);
  }

  /** Sends a line and gives the next line that answers no request: undefined when the connection ends instead. */
  async line(line: string | Buffer): Promise<Message | undefined> {
    await this.write(Buffer.concat([Buffer.from(line), Buffer.from("\n")]));
    return this.next();
  }

  /** The next line that answers no request. */
  next(): Promise<Message | undefined> {
    const known = this.others.shift();
    if (known !== undefined || this.#over) return Promise.resolve(known);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** An orderly request; undefined when the connection ends instead. */
  ask(method: string, params?: unknown): Promise<Answer | undefined> {
    const id = `ask-${(this.#nextId += 1)}`;
    const answer = new Promise<Answer | undefined>((resolve) => this.#answers.set(id, resolve));
    if (this.#over) return Promise.resolve(undefined);
    this.socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return answer;
  }

  /** The result of a request that must succeed. */
  async get<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<Result<M>> {
    const answer = await this.ask(method, params);
    if (answer?.result === undefined) throw new Error(`${method}: ${answer?.error?.message ?? "the connection ended"}`);
    return answer.result as Result<M>;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      const text = Buffer.concat([...this.#pieces, chunk.subarray(from, end)]).toString();
      this.#pieces = [];
      from = end + 1;
      this.#hear(JSON.parse(text) as Message);
    }
    if (from < chunk.length) this.#pieces.push(chunk.subarray(from));
  }

  #hear(message: Message): void {
    const id = Array.isArray(message) ? undefined : message.id;
    const give = this.#answers.get(id);
    this.#answers.delete(id);
    if (give !== undefined && !Array.isArray(message)) return give(message);
    const reader = this.#readers.shift();
    if (reader === undefined) this.others.push(message);
    else reader(message);
  }
}

/** What a caller sends with tasks, as small as it can be. */
export function submission<T>(tasks: T[], change: Record<string, unknown> = {}) {
  return { env: { PATH: "/usr/bin:/bin" }, cwd: "/", umask: 0o22, tasks, ...change };
}

/** For `expect`: an answer that is one clear error of this kind. */
export function refusal(code: string): Record<string, unknown> {
  return { jsonrpc: "2.0", error: { data: { code } } };
}
