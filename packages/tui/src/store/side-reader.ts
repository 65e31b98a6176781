/** Reads what the pane or tab in sight wants to know, again every few seconds, and keeps the last answer meanwhile. */
import type { Result } from "@claudine/protocol/methods";
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import type { Clock, Source } from "./source.ts";

export type Wanted =
  /** `version` changes with the task, so that it is read anew at once. */
  | { kind: "task"; id: number; version: string }
  | { kind: "graph"; id: number; version: string }
  | { kind: "schedules" }
  | { kind: "host" };

export type SideData =
  | { kind: "task"; got: Result<"task.get">; causes: readonly string[]; course: Result<"run.course"> | undefined }
  | { kind: "graph"; tasks: Result<"task.graph">["tasks"] }
  | { kind: "schedules"; schedules: readonly ScheduleInfo[]; total: number; unread: readonly string[] }
  | { kind: "host"; history: Result<"host.history"> };

export type SideState = { wanted: Wanted; data: SideData | null; problem: string | null };

/** Moving through the list must not ask for every row. */
const SETTLE_MS = 80;
const AGAIN_MS = 2000;
const DAY_MS = 24 * 3_600_000;
const HOST_POINTS = 240;
const FEW_POINTS = 20;

type Ports = { source: Source; clock: Clock; changed: () => void };

export class SideReader {
  readonly #ports: Ports;
  #state: SideState | null = null;
  #callOff: () => void = () => undefined;
  #round = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  get state(): SideState | null {
    return this.#state;
  }

  follow(wanted: Wanted | null): void {
    const before = this.#state;
    if (JSON.stringify(before?.wanted ?? null) === JSON.stringify(wanted)) return;
    this.#callOff();
    this.#round += 1;
    const same = before !== null && wanted !== null && topicOf(before.wanted) === topicOf(wanted);
    this.#state = wanted === null ? null : { wanted, data: same ? before.data : null, problem: null };
    if (wanted !== null) this.#readIn(SETTLE_MS, wanted);
  }

  #readIn(ms: number, wanted: Wanted): void {
    const round = this.#round;
    this.#callOff = this.#ports.clock.after(ms, () => void this.#read(wanted, round));
  }

  async #read(wanted: Wanted, round: number): Promise<void> {
    let next: SideState;
    try {
      next = { wanted, data: await answerTo(wanted, this.#ports), problem: null };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      next = { wanted, data: this.#state?.data ?? null, problem };
    }
    if (round !== this.#round) return;
    this.#state = next;
    this.#ports.changed();
    this.#readIn(AGAIN_MS, wanted);
  }
}

function topicOf(wanted: Wanted): string {
  return "id" in wanted ? `${wanted.kind} ${wanted.id}` : wanted.kind;
}

async function answerTo(wanted: Wanted, { source, clock }: Ports): Promise<SideData> {
  switch (wanted.kind) {
    case "task": {
      const { id } = wanted;
      const [got, explained, course] = await Promise.all([
        source.call("task.get", { id }),
        source.call("task.explain", { id }),
        source.call("run.course", { id }).catch(() => undefined),
      ]);
      return { kind: "task", got, causes: explained.causes, course };
    }
    case "graph":
      return { kind: "graph", tasks: (await source.call("task.graph", { selector: [String(wanted.id)] })).tasks };
    case "schedules":
      return { kind: "schedules", ...(await source.call("schedule.list", { order: "next" })) };
    case "host":
      return { kind: "host", history: await readHost(source, clock.now()) };
  }
}

/** The last day; its last part more finely where there is not more than that. */
async function readHost(source: Source, until: number): Promise<Result<"host.history">> {
  const ask = (spanMs: number) =>
    source.call("host.history", { since: until - spanMs, until, stepMs: spanMs / HOST_POINTS });
  const day = await ask(DAY_MS);
  return day.samples.length > FEW_POINTS ? day : ask(FEW_POINTS * (DAY_MS / HOST_POINTS));
}
