/** Messages to sessions that may read slowly: each is given whole and one after the other, however long that takes. */
import { setTimeout as delay } from "node:timers/promises";
import { ClaudineError } from "@claudine/protocol";
import type { Begun } from "./begun-messages.ts";
import { push, refuseGone, STEP_MS, type Lanes, type Target } from "./push-input.ts";

export type Messages = {
  /** When it resolves the session has it, or has begun to take it and gets the rest as it reads. @throws ClaudineError */
  send(target: Target, bytes: Buffer): Promise<void>;
  /** @throws ClaudineError timeout when the session does not take the rest of what it has begun to take */
  finish(target: Target): Promise<void>;
};

/** What was begun by an earlier daemon is gone on with at once. */
export function createMessages(begun: Begun, inOrder: Lanes, againMs: number): Messages {
  const goingOn = new Set<string>();
  const goOn = async (at: string): Promise<void> => {
    if (goingOn.has(at)) return;
    goingOn.add(at);
    for (let left = begun.rest(at); left !== undefined; left = begun.rest(at)) {
      // What cannot be opened now, perhaps can the next time.
      await inOrder(at, () => pushRest(begun, at, 0)).catch(() => {});
      const isWaiting = begun.rest(at)?.length === left.length;
      await delay(isWaiting ? againMs : STEP_MS, undefined, { ref: false });
    }
    goingOn.delete(at);
  };
  for (const at of begun.paths()) void goOn(at);
  return {
    async send({ at, id, until }, bytes) {
      await pushRest(begun, at, until);
      if (begun.rest(at) !== undefined) throw takesNothing(id);
      try {
        const { result, rest } = await push(at, { bytes, until, onPart: (part) => begun.keep(at, part) });
        if (result !== "full") begun.forget(at);
        refuseGone(id, result);
        if (rest.length === bytes.length) throw takesNothing(id);
      } finally {
        if (begun.rest(at) !== undefined) void goOn(at);
      }
    },
    async finish({ at, id, until }) {
      await pushRest(begun, at, until);
      if (begun.rest(at) !== undefined) throw notEnded(id);
    },
  };
}

async function pushRest(begun: Begun, at: string, until: number): Promise<void> {
  const bytes = begun.rest(at);
  if (bytes === undefined) return;
  const { result } = await push(at, { bytes, until, onPart: (part) => begun.keep(at, part) });
  if (result !== "full") begun.forget(at);
}

function takesNothing(id: number): ClaudineError {
  return new ClaudineError("timeout", `Cannot send to task ${id}: it does not read its input now`, {
    hint: "Nothing of it was taken; send it later",
  });
}

function notEnded(id: number): ClaudineError {
  return new ClaudineError("timeout", `Cannot end the input of task ${id}: it has not read all that was sent before`, {
    hint: `It gets the rest as it reads; \`claudine send ${id} --eof\` ends its input then`,
  });
}
