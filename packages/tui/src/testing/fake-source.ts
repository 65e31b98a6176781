/** A daemon made of answers: tests say what it answers, push its events and see what it was asked. */
import type { ConnectionChange, EventBatch } from "@claudine/client";
import { ClaudineError } from "@claudine/protocol/errors";
import type { MethodName, ParamsIn, Result } from "@claudine/protocol/methods";
import type { Task } from "@claudine/protocol/task";
import type { Source } from "../store/source.ts";
import { HOST, NOW } from "./make-task.ts";

type Answers = { [M in MethodName]?: (params: ParamsIn<M>) => Result<M> | Promise<Result<M>> };

export const QUIET_HOST: Result<"host.read"> = {
  at: NOW,
  host: HOST,
  counts: {} as Result<"host.read">["counts"],
  groups: [{ name: "default", slots: 4, paused: false, running: 0, used: 0, queued: 0 }],
  live: [],
  reasons: [],
  agingMs: 600_000,
};

/** An empty log that has come to its end. */
export const NO_LOG: Result<"log.read"> = {
  attempt: 1,
  offset: 0,
  nextOffset: 0,
  size: 0,
  leftOut: 0,
  encoding: "utf8",
  data: "",
  eof: true,
};

export class FakeSource implements Source {
  /** Every call, in order. */
  readonly asked: { method: MethodName; params: unknown }[] = [];
  /** How often events were subscribed to. */
  subscriptions = 0;
  readonly #answers: Answers;
  readonly #listeners = new Set<(change: ConnectionChange) => void>();
  #tasks: readonly Task[];
  #batches: EventBatch[] = [];
  #wake: () => void = () => undefined;

  constructor(tasks: readonly Task[] = [], answers: Answers = {}) {
    this.#tasks = tasks;
    this.#answers = { "host.read": () => QUIET_HOST, "log.read": () => NO_LOG, ...answers };
  }

  async call<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<Result<M>> {
    this.asked.push({ method, params });
    const answer = this.#answers[method];
    if (answer === undefined) throw new ClaudineError("unknown_method", `nobody answers ${method}`);
    return answer(params);
  }

  async *events(options: { signal?: AbortSignal } = {}): AsyncGenerator<EventBatch, void, undefined> {
    this.subscriptions += 1;
    yield { snapshot: { seq: 1, tasks: this.#tasks }, events: [] };
    options.signal?.addEventListener("abort", () => this.#wake());
    while (options.signal?.aborted !== true) {
      const next = this.#batches.shift();
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  onConnection(listener: (change: ConnectionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  push(...events: EventBatch["events"]): void {
    this.#batches.push({ events });
    this.#wake();
  }

  /** What the next snapshot holds. */
  has(tasks: readonly Task[]): void {
    this.#tasks = tasks;
  }

  connection(change: ConnectionChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  count(method: MethodName): number {
    return this.asked.filter((one) => one.method === method).length;
  }
}
