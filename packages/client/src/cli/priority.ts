/** The value of `--priority`. */
import { ClaudineError } from "@claudine/protocol/errors";
import { parsePriority } from "@claudine/protocol/priority";

/** @throws ClaudineError invalid_params, as in "Cannot submit: …" */
export function priorityFrom(verb: string, text: string): number {
  try {
    return parsePriority(text);
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    throw new ClaudineError(error.code, `Cannot ${verb}: --priority ${error.message}`, { hint: error.hint });
  }
}
