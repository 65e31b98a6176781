/** A message as a line; what no string can hold becomes an error. */
import { ERRORS } from "@claudine/protocol";
import { createJSONRPCErrorResponse, isJSONRPCID } from "json-rpc-2.0";

export function encode(message: object): string {
  try {
    return `${JSON.stringify(message)}\n`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const id = "id" in message && isJSONRPCID(message.id) ? message.id : null;
    const { rpc } = ERRORS.too_large;
    return `${JSON.stringify(
      createJSONRPCErrorResponse(id, rpc, "Cannot send the answer: it is longer than a message can be", {
        code: "too_large",
        hint: "Ask for fewer at a time; a change has taken place all the same",
      }),
    )}\n`;
  }
}
