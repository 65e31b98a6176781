/** Carries out what keys ask of the daemon, and keeps the words about it until they are old. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Notice } from "../view/footer.ts";
import type { Clock, Source } from "./source.ts";
import type { Deed } from "./verbs.ts";

const NOTICE_MS = 6000;
/** How long a removal can be undone. */
const UNDO_MS = 5000;

type Ports = { source: Source; clock: Clock; isAway(): boolean; changed(): void };
type Removal = { ids: ReadonlySet<number>; deed: Deed; callOff(): void };

export class Errands {
  readonly #ports: Ports;
  #notice: (Notice & { until: number }) | null = null;
  #removals: Removal[] = [];
  /** Why what was still to be done at the end was not; nobody sees the screen by then. */
  undone: string | null = null;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  get notice(): Notice | null {
    if (this.#notice !== null && this.#notice.until <= this.#ports.clock.now()) this.#notice = null;
    return this.#notice;
  }

  /** What is about to be removed. */
  get leaving(): ReadonlySet<number> {
    return new Set(this.#removals.flatMap(({ ids }) => [...ids]));
  }

  say(text: string, style: Notice["style"]): void {
    this.#notice = { text, style, until: this.#ports.clock.now() + NOTICE_MS };
    this.#ports.changed();
  }

  hush(): void {
    this.#notice = null;
  }

  async carryOut(deed: Deed): Promise<void> {
    // Asking a daemon that is away would start it again; that is not what the key means.
    if (this.#ports.isAway()) return this.say("Not done: the daemon is not reachable", "bad");
    this.say(`${deed.doing}…`, "dim");
    try {
      const left = leftOut(deed, await deed.send(this.#ports.source));
      if (left > 0 && left === deed.of) this.say(`Not done: none of the ${left} tasks allows it now`, "warn");
      else this.say(`${deed.done}${left === 0 ? "" : `, but for ${left} that did not allow it`}`, "good");
    } catch (error) {
      this.say(errorText(error), "bad");
    }
  }

  /** Carries it out in a while, unless it is undone. */
  removeLater(ids: readonly number[], deed: Deed): void {
    const removal: Removal = { ids: new Set(ids), deed, callOff: () => undefined };
    removal.callOff = this.#ports.clock.after(UNDO_MS, () => {
      this.#removals = this.#removals.filter((one) => one !== removal);
      void this.carryOut(deed);
    });
    this.#removals = [...this.#removals, removal];
    this.say(`${deed.doing} in ${UNDO_MS / 1000} s: u undoes it`, "warn");
  }

  undo(): void {
    const last = this.#removals.at(-1);
    if (last === undefined) return this.say("There is nothing to undo", "dim");
    last.callOff();
    this.#removals = this.#removals.slice(0, -1);
    this.say("Nothing was removed", "good");
  }

  /** Who leaves the screen has had no time to undo, and meant it. */
  async finish(): Promise<void> {
    const removals = this.#removals;
    this.#removals = [];
    await Promise.all(
      removals.map(({ deed, callOff }) => {
        callOff();
        return this.carryOut(deed);
      }),
    );
    if (removals.length > 0 && this.notice?.style === "bad") this.undone = this.notice.text;
  }
}

/** Of several that were chosen, some may have changed before the daemon was asked. */
function leftOut({ of = 1 }: Deed, answer: unknown): number {
  if (of <= 1 || typeof answer !== "object" || answer === null) return 0;
  const done = "tasks" in answer ? answer.tasks : "ids" in answer ? answer.ids : undefined;
  return Array.isArray(done) ? Math.max(0, of - done.length) : 0;
}

export function errorText(error: unknown): string {
  const hint = error instanceof ClaudineError && error.hint !== undefined ? ` (${error.hint})` : "";
  return `${error instanceof Error ? error.message : String(error)}${hint}`;
}
