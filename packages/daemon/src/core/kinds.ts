/** What tasks of a kind used before: of the same label, else of the same command. Learned from their ends, never stored. */
import type { Task, Usage } from "@claudine/protocol";

/** The newest last. */
export type Kind = { peakBytes: number[]; cpus: number[]; wallMs: number[] };
export type Kinds = Map<string, Kind>;

/** What a kind needs as far as is known: the 95th percentile of what it used, and how long it usually takes. */
export type Learned = { memoryBytes: number; cpus: number; wallMs: number; runs: number };

const KEPT = 20;
const KINDS_AT_MOST = 5000;
const NAME_AT_MOST = 1000;
/** What ends sooner and is small is no burden, and there may be very many of it. */
const BRIEF_MS = 500;
const SMALL_BYTES = 64 * 2 ** 20;

export function kindOf({ label, command }: Pick<Task, "label" | "command">): string {
  return label === null ? `command ${brief(command)}` : `label ${label}`;
}

/** Kinds outlive their tasks, and a command may be a long text: two that begin alike and are as long are one kind. */
function brief(command: string): string {
  return command.length <= NAME_AT_MOST ? command : `${command.slice(0, NAME_AT_MOST)} ${command.length}`;
}

/** Takes a run into account that came to its own end. */
export function learnFrom(kinds: Kinds, task: Task): void {
  const { status } = task;
  if ((status.state === "succeeded" || status.state === "failed") && status.usage !== null)
    learn(kinds, task, status.usage);
}

function learn(kinds: Kinds, task: Task, usage: Usage): void {
  const { wallMs, peakRssBytes, cpuMs } = usage;
  if (wallMs < BRIEF_MS && peakRssBytes < SMALL_BYTES) return;
  const name = kindOf(task);
  const kind = kinds.get(name) ?? { peakBytes: [], cpus: [], wallMs: [] };
  kinds.delete(name);
  kinds.set(name, kind);
  add(kind.peakBytes, peakRssBytes);
  add(kind.cpus, wallMs === 0 ? 0 : cpuMs / wallMs);
  add(kind.wallMs, wallMs);
  const [oldest] = kinds.keys();
  if (kinds.size > KINDS_AT_MOST && oldest !== undefined) kinds.delete(oldest);
}

function add(numbers: number[], number: number): void {
  numbers.push(number);
  if (numbers.length > KEPT) numbers.shift();
}

export function learned(kinds: Kinds, task: Pick<Task, "label" | "command">): Learned | undefined {
  const kind = kinds.get(kindOf(task));
  if (kind === undefined) return undefined;
  const { peakBytes, cpus, wallMs } = kind;
  return {
    memoryBytes: quantile(peakBytes, 0.95),
    cpus: quantile(cpus, 0.95),
    wallMs: quantile(wallMs, 0.5),
    runs: wallMs.length,
  };
}

/** The smallest of the numbers that at least this share of them does not exceed. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
