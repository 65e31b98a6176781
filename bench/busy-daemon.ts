/** Something that answers as a daemon with many tasks does, and tells of as many events as it is asked to. For what is measured on the side of clients. */
import { mkdirSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { NO_USAGE, noCounts, type Task, type TaskEvent } from "@claudine/protocol";
import { spec } from "@claudine/daemon/core/fixtures";

const GB = 2 ** 30;
const RUNNING = 8;

export class BusyDaemon {
  readonly #tasks: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that subscribed. */
  readonly #listeners = new Set<Socket>();
  readonly #running: number[] = [];
  #nextQueued: number;
  #nextId: number;
  #seq = 1;

  /** @param tasks how many there are; nearly all of them wait, and as many are submitted as end */
  constructor(tasks: number) {
    this.#tasks = tasks;
    for (let id = 1; id <= RUNNING; id += 1) this.#running.push(id);
    this.#nextQueued = RUNNING + 1;
    this.#nextId = tasks + 1;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(path: string): Promise<void> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await new Promise<void>((resolve) => this.#server.listen(path, resolve));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  get hasListener(): boolean {
    return this.#listeners.size > 0;
  }

  /** One task ends, the next starts, and a new one comes: four events each. @returns when the reader has taken them */
  async happen(rounds: number, now: number): Promise<void> {
    const events = Array.from({ length: rounds }, () => this.#round(now)).flat();
    const line = `${JSON.stringify({ jsonrpc: "2.0", method: "event", params: { subscription: 1, events } })}\n`;
    await Promise.all(
      [...this.#listeners].map(
        (socket) =>
          new Promise<void>((resolve) => {
            if (socket.write(line)) resolve();
            else socket.once("drain", resolve);
          }),
      ),
    );
  }

  #round(at: number): TaskEvent[] {
    const stamp = () => ({ seq: (this.#seq += 1), at });
    const ended = this.#running.shift() ?? 1;
    const next = this.#nextQueued;
    this.#nextQueued += 1;
    this.#running.push(next);
    const id = this.#nextId;
    this.#nextId += 1;
    const process = { pid: next, startTicks: "1", bootId: "boot" };
    return [
      {
        ...stamp(),
        type: "run.finished",
        id: ended,
        attempt: 1,
        state: ended % 20 === 0 ? "failed" : "succeeded",
        outcome: { kind: "exited", exitCode: ended % 20 === 0 ? 1 : 0 },
        startedAt: at - 1000,
        finishedAt: at,
        usage: { ...NO_USAGE, cpuMs: 500, wallMs: 1000 },
        note: null,
      },
      { ...stamp(), type: "run.admitted", id: next, attempt: 1 },
      { ...stamp(), type: "run.started", id: next, attempt: 1, process, startedAt: at },
      { ...stamp(), type: "task.submitted", id, spec: specFor(id), held: false },
    ];
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const gone = () => {
      this.#sockets.delete(socket);
      this.#listeners.delete(socket);
    };
    socket.on("error", gone).on("close", gone);
    const lines = createInterface({ input: socket });
    lines.on("error", gone);
    lines.on("line", (line) => {
      const { id, method } = JSON.parse(line) as { id: number; method: string };
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...this.#answer(method) })}\n`);
      if (method === "event.subscribe") this.#listeners.add(socket);
    });
  }

  #answer(method: string): { result: unknown } | { error: { code: number; message: string } } {
    switch (method) {
      case "event.subscribe":
        return { result: { subscription: 1, seq: this.#seq, tasks: this.#snapshot() } };
      case "host.read":
        return { result: this.#host() };
      case "event.list":
        return { result: { events: [], lastSeq: this.#seq, firstSeq: 1 } };
      case "config.get":
        return { result: { path: "/config.yaml", config: { reserve: { memory: "256M", cpus: 0 } } } };
      case "log.read":
        return {
          result: { attempt: 1, offset: 0, nextOffset: 0, size: 0, leftOut: 0, encoding: "utf8", data: "", eof: true },
        };
    }
    return { error: { code: -32601, message: "no such method" } };
  }

  #snapshot(): Task[] {
    const now = Date.now();
    return Array.from({ length: this.#tasks }, (_, index) => {
      const id = index + 1;
      const base = { ...specFor(id), id, createdAt: now - 60_000 };
      const started = { pid: id, startTicks: "1", bootId: "boot", startedAt: now - 1000 };
      if (id > RUNNING) return { ...base, attempt: 0, status: { state: "queued", since: now, order: id } };
      return { ...base, attempt: 1, status: { state: "running", run: { attempt: 1, admittedAt: now, started } } };
    });
  }

  #host(): unknown {
    const wave = (Math.sin(Date.now() / 3000) + 1) / 2;
    const host = {
      cores: 8,
      usableCores: 8,
      cpuPercent: wave * 100,
      load1: wave * 8,
      load5: 4,
      load15: 4,
      memTotalBytes: 16 * GB,
      memAvailableBytes: (4 + wave * 8) * GB,
      swapTotalBytes: 0,
      swapFreeBytes: 0,
      pressure: { cpu: wave * 20, memory: 0, io: 1 },
    };
    const groups = [{ name: "default", slots: 8, paused: false, running: RUNNING, used: RUNNING, queued: this.#tasks }];
    const live = this.#running.map((id) => ({
      id,
      cpuPercent: ((id * 37) % 100) * wave,
      rssBytes: 1e7 + (id % 100) * 1e5,
      processes: 1,
      usage: NO_USAGE,
    }));
    return { at: Date.now(), host, counts: noCounts(), groups, live, reasons: [], agingMs: 600_000 };
  }
}

function specFor(id: number) {
  return spec({ uid: `uid-${id}`, command: `make target-${id} --with some options`, label: `label ${id % 50}` });
}
