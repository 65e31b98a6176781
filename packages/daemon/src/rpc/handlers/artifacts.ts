/** Lists and reads what tasks have left in their folders of artifacts. */
import { ClaudineError, type TaskId } from "@claudine/protocol";
import { listArtifacts } from "../../output/artifact-list.ts";
import { cursorOf, readCursor } from "../../output/artifact-names.ts";
import { readArtifact } from "../../output/artifact-read.ts";
import type { Context, Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { noSuchTask } from "./read-tasks.ts";

export const list: Handler<"artifact.list"> = async (context, { id, limit, ...params }, caller) => {
  const attempt = await attemptOf(context, id, params.attempt);
  if (attempt === 0) return { attempt, files: [], next: null };
  const { artifacts } = context.runs.files(id, attempt);
  const after = params.after === undefined || params.after === "" ? [] : readCursor(params.after);
  // One more tells whether there is another page.
  const found = await caller.inTurn(() => listArtifacts(artifacts, { after, limit: limit + 1, closed: caller.closed }));
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    attempt,
    files: shown.map(({ artifact }) => artifact),
    next: found.length > limit && last !== undefined ? cursorOf(last.parts) : null,
  };
};

export const read: Handler<"artifact.read"> = async (context, { id, name, offset, ...params }, caller) => {
  const attempt = await attemptOf(context, id, params.attempt);
  if (attempt === 0) throw new ClaudineError("not_found", `Cannot read an artifact of task ${id}: it has not run yet`);
  const { artifacts } = context.runs.files(id, attempt);
  return caller.inTurn(() =>
    context.pace.take(async () => {
      const { bytes, size, modifiedAt } = await readArtifact(artifacts, { name, offset, maxBytes: params.maxBytes });
      const nextOffset = offset + bytes.length;
      return {
        attempt,
        size,
        modifiedAt,
        offset,
        nextOffset,
        data: bytes.toString("base64"),
        eof: bytes.length === 0 || nextOffset >= size,
      };
    }),
  );
};

async function attemptOf(context: Context, id: TaskId, asked: number | undefined): Promise<number> {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("list the artifacts of", id);
  const { attempt } = task;
  if (asked === undefined || asked <= attempt) return asked ?? attempt;
  const runs = attempt === 1 ? "run" : "runs";
  throw new ClaudineError(
    "not_found",
    `Cannot list the artifacts of run ${asked} of task ${id}: it has had ${attempt} ${runs}`,
  );
}
