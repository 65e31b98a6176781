/** Carries out what keys ask of the daemon, and keeps the words about it until they are old. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Notice } from "../view/footer.ts";
import type { Clock, Source } from "./source.ts";
import type { Deed } from "./verbs.ts";

const NOTICE_MS = 6000;

type Ports = { source: Source; clock: Clock; isAway(): boolean; changed(): void };

export class Errands {
  readonly #ports: Ports;
  #notice: (Notice & { until: number }) | null = null;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  get notice(): Notice | null {
    if (this.#notice !== null && this.#notice.until <= this.#ports.clock.now()) this.#notice = null;
    return this.#notice;
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
      await deed.send(this.#ports.source);
      this.say(deed.done, "good");
    } catch (error) {
      const hint = error instanceof ClaudineError && error.hint !== undefined ? ` (${error.hint})` : "";
      this.say(`${error instanceof Error ? error.message : String(error)}${hint}`, "bad");
    }
  }
}
