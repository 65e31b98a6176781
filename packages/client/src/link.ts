/** Keeps one connection to the daemon: makes it when it is needed, and makes it again after it was lost. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Paths } from "@claudine/protocol/paths";
import type { ConnectionChange } from "./client.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { dial } from "./dial.ts";

export type LinkOptions = {
  paths: Paths;
  env: NodeJS.ProcessEnv;
  autostart: boolean;
  reconnectMs: number;
} & ConnectionOptions;

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;
const PATIENT_MS = 160;
/** After a connection that ended without a word. */
const FRUITLESS_PAUSE_MS = 100;

export class Link {
  readonly #options: LinkOptions;
  readonly #listeners = new Set<(change: ConnectionChange) => void>();
  readonly #closed = new AbortController();
  #current: Connection | undefined;
  #dialling: Promise<Connection> | undefined;
  #hadOne = false;
  /** Since when connections have ended without a word from the daemon. */
  #fruitlessSince: number | undefined;
  /** Somebody who waits for the connection wants a daemon, also after an orderly stop. */
  #wanted = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /**
   * The connection, made anew when there is none.
   * @param wanted starts a daemon that was stopped in order; otherwise it is only waited for
   * @throws ClaudineError unavailable, permission; the signal's reason
   */
  connected(wanted: boolean, signal?: AbortSignal): Promise<Connection> {
    if (this.#current !== undefined) return Promise.resolve(this.#current);
    if (this.#closed.signal.aborted) return Promise.reject(closedError());
    this.#wanted ||= wanted;
    this.#dialling ??= this.#dial().finally(() => {
      this.#dialling = undefined;
      this.#wanted = false;
    });
    return signal === undefined ? this.#dialling : unlessAborted(this.#dialling, signal);
  }

  onChange(listener: (change: ConnectionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed.abort();
    this.#current?.close();
  }

  get closed(): boolean {
    return this.#closed.signal.aborted;
  }

  async #dial(): Promise<Connection> {
    const deadline = (this.#fruitlessSince ?? performance.now()) + this.#options.reconnectMs;
    if (this.#fruitlessSince !== undefined) {
      if (performance.now() >= deadline) throw fruitlessError();
      await this.#pause(FRUITLESS_PAUSE_MS);
    }
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const dialled = await dial(this.#options.paths.socket);
      if (this.closed) {
        if (dialled.kind === "open") dialled.socket.destroy();
        throw closedError();
      }
      if (dialled.kind === "open") return this.#adopt(new Connection(dialled.socket, this.#options));
      if (dialled.kind === "nobody" || dialled.kind === "gone") {
        if (this.#mayStart(dialled.kind, pauseMs)) return this.#adopt(await this.#start());
        if (!this.#hadOne) throw nobodyError(this.#options.paths.socket);
      }
      if (performance.now() >= deadline) throw nobodyError(this.#options.paths.socket);
      await this.#pause(pauseMs);
    }
  }

  /**
   * A socket that nobody listens on is what a crash leaves; an orderly stop removes it, and what was stopped must not come back by itself.
   * After a crash whoever only waits lets a service manager go first.
   */
  #mayStart(kind: "nobody" | "gone", pausedMs: number): boolean {
    return this.#options.autostart && (!this.#hadOne || this.#wanted || (kind === "nobody" && pausedMs >= PATIENT_MS));
  }

  async #start(): Promise<Connection> {
    // Loading what spawns processes costs time that a client with a running daemon need not spend.
    const { startDaemon } = await import("./start-daemon.ts");
    const { paths, env } = this.#options;
    return startDaemon(paths, env, async () => {
      const dialled = await dial(paths.socket);
      return dialled.kind === "open" ? new Connection(dialled.socket, this.#options) : undefined;
    });
  }

  #adopt(connection: Connection): Connection {
    this.#current = connection;
    this.#hadOne = true;
    void connection.ended.then((why) => {
      this.#current = undefined;
      this.#fruitlessSince = connection.heard ? undefined : (this.#fruitlessSince ?? performance.now());
      if (!this.closed) this.#tell({ state: "lost", why });
    });
    this.#tell({ state: "connected" });
    return connection;
  }

  #tell(change: ConnectionChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#closed.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#closed.signal.addEventListener("abort", done);
    });
  }
}

/** Leaves the work to others who wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function closedError(): ClaudineError {
  return new ClaudineError("unavailable", "Cannot call the daemon: this client was closed");
}

function fruitlessError(): ClaudineError {
  return new ClaudineError("unavailable", "Cannot talk to the daemon: it closes every connection without a word", {
    hint: "It may have no file descriptors left; its log says so. Fewer open connections help, and so does claudine daemon restart",
  });
}

function nobodyError(socket: string): ClaudineError {
  return new ClaudineError("unavailable", `Cannot reach the daemon: nothing listens on ${socket}`, {
    hint: "claudine daemon start",
  });
}
