/** When turns are taken: never two at once, one for all that arrives in a pass of the event loop, and one when something is due. */

export type TurnLoopPorts = {
  turn(): Promise<void>;
  /** Whether the next turn follows at once. */
  again(): boolean;
  /** When something is due; Infinity for never. */
  dueAt(now: number): number;
  now(): number;
  onFatal(error: unknown): void;
};

export type TurnLoop = {
  /** Takes a turn at the end of this pass of the event loop. */
  wake(): void;
  /** Takes a turn now, unless one is being taken. */
  pump(): void;
  /** Runs `action` when no turn is being taken or about to be. */
  between(action: () => void): void;
  /** Nothing is due any more; resolves when no turn is being taken. */
  close(): Promise<void>;
};

/** A timer knows nothing of a clock that was set, or of a machine that slept. */
const SLEEP_MS_MAX = 30_000;

export function createTurnLoop(ports: TurnLoopPorts): TurnLoop {
  let waiting: (() => void)[] = [];
  let busy = false;
  let waking = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const pump = (): void => void takeTurns().catch(ports.onFatal);

  async function takeTurns(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      do {
        await ports.turn();
        const due = waiting;
        waiting = [];
        for (const action of due) action();
      } while (ports.again());
    } finally {
      busy = false;
      sleep();
    }
  }

  function sleep(): void {
    clearTimeout(timer);
    const now = ports.now();
    const at = ports.dueAt(now);
    if (at === Infinity || closed) return;
    timer = setTimeout(pump, Math.min(Math.max(0, at - now), SLEEP_MS_MAX));
  }

  return {
    wake() {
      if (busy || waking) return;
      waking = true;
      setImmediate(() => {
        waking = false;
        pump();
      });
    },
    pump,
    between(action) {
      if (busy || waking) waiting.push(action);
      else action();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      while (busy || waking) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
