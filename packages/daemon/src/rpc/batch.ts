/** The caller as the requests of one batch see it: their answers are kept until all are there, so they are bounded. */
import { ClaudineError } from "@claudine/protocol";
import type { Caller } from "./context.ts";

const ANSWERS_AT_MOST = 16 * 2 ** 20;

export function batchCaller(caller: Caller): Caller {
  let spent = 0;
  return {
    ...caller,
    inTurn: (build) =>
      caller.inTurn(async () => {
        if (spent > ANSWERS_AT_MOST) {
          throw new ClaudineError("too_large", `The answers of this batch are longer than ${ANSWERS_AT_MOST} bytes`, {
            hint: "Send the rest by itself",
          });
        }
        const result = await build();
        // A search for tasks has its turn, too, and answers nothing.
        spent += result === undefined ? 0 : JSON.stringify(result).length;
        return result;
      }),
  };
}
