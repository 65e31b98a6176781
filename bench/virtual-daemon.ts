/** The scheduler's pure core on a virtual clock: no disk, no processes, as many tasks as memory holds. */
import type { Command } from "@claudine/daemon/core/command";
import type { HostFacts, Used } from "@claudine/daemon/core/capacity";
import { SETTINGS } from "@claudine/daemon/core/fixtures";
import type { Settings } from "@claudine/daemon/core/settings";
import { createState, type State } from "@claudine/daemon/core/state";
import { createTurn } from "@claudine/daemon/core/turn";
import { NO_USAGE, noCounts, type Task, type TaskId, type TaskSpec, type Usage } from "@claudine/protocol";

export type Machine = { host(): HostFacts | undefined; used(id: TaskId): Used | undefined };

export class VirtualDaemon {
  readonly state: State;
  now = 0;
  readonly #machine: Machine;

  constructor(change: Partial<Settings>, machine: Machine = { host: () => undefined, used: () => undefined }) {
    const settings = { ...SETTINGS, ...change };
    const counts = noCounts();
    this.state = createState({
      nextId: 1,
      lastSeq: 0,
      settings,
      groups: [],
      tasks: [],
      history: [],
      schedules: [],
      calendar: {
        next: () => null,
        clockText: String,
        day: () => ({ name: "", from: 0, endsAt: Number.POSITIVE_INFINITY }),
      },
      unreadSchedules: [],
      counts,
    });
    this.#machine = machine;
  }

  /** One turn: decides the commands and plans. @returns the tasks that start */
  turn(commands: readonly Command[]): TaskId[] {
    const { now } = this;
    const clock = { wall: () => now, steady: () => now, evenSince: () => 0 };
    const none = (): undefined => undefined;
    const ports = {
      lookup: none,
      keyed: none,
      isUnreadable: () => false,
      outputAt: none,
      spentBy: none,
      machine: this.#machine,
    };
    const turn = createTurn({ state: this.state, clock, ...ports });
    for (const command of commands) turn.decide(command);
    turn.plan(true);
    return turn.facts.flatMap(({ event }) => (event.type === "run.admitted" ? [event.id] : []));
  }

  submit(specs: readonly TaskSpec[]): TaskId[] {
    return this.turn([{ type: "submit", tasks: specs.map((spec) => ({ spec, held: false })) }]);
  }

  end(ids: readonly TaskId[], usage: (task: Task) => Partial<Usage> = () => ({})): TaskId[] {
    return this.turn(ids.flatMap((id) => this.#report(id, usage)));
  }

  #report(id: TaskId, usage: (task: Task) => Partial<Usage>): Command[] {
    const task = this.state.live.get(id);
    if (task === undefined) return [];
    const { attempt } = task;
    const times = { startedAt: this.now, finishedAt: this.now };
    const outcome = { kind: "exited", exitCode: 0 } as const;
    return [{ type: "report-ended", id, attempt, outcome, ...times, usage: { ...NO_USAGE, ...usage(task) } }];
  }
}
