/** The tool `logs`: a piece of a run's output. */
import { METHODS } from "@claudine/protocol/methods";
import * as z from "zod";
import { placeOf, readable } from "../output.ts";
import { defineTool } from "../tool.ts";

const BYTES = 16_384;
const BYTES_MAX = 65_536;

export const logs = defineTool({
  name: "logs",
  title: "Read the output of a task",
  method: "log.read",
  also: "The second block is the text, without colours. Go on at nextOffset; tailLines begins near the end.",
  params: METHODS["log.read"].params
    .omit({ times: true })
    .extend({ maxBytes: z.int().min(1).max(BYTES_MAX).default(BYTES) }),
  does: "reads",
  async run({ client, signal }, args) {
    const piece = await client.call("log.read", args, { signal });
    const left = piece.size - piece.nextOffset;
    const more = left > 0 ? { more: `${left} bytes follow: call logs with offset ${piece.nextOffset}` } : {};
    return {
      facts: { id: args.id, attempt: piece.attempt, stream: args.stream, ...placeOf(piece), ...more },
      texts: [readable(piece)],
    };
  },
});
