/** Schema of a file that a task has left in its folder of artifacts. */
import * as z from "zod";
import { Millis } from "./task.ts";

export const Artifact = z.object({
  name: z.string().describe("Its path within the folder of the run"),
  kind: z
    .enum(["file", "folder", "link", "fifo", "socket", "device", "misnamed"])
    .describe(
      "Only a `file` can be fetched. A `folder` is listed where it cannot be entered, `misnamed` is what has a name that is no UTF-8",
    ),
  bytes: z.number().describe("As long as it is; one with holes takes less on the disk"),
  modifiedAt: Millis,
});
export type Artifact = z.infer<typeof Artifact>;
