/** All checks, in the order in which one thing builds on another. */
import { oneLine } from "@claudine/protocol/text";
import { programRunner } from "../../service/program.ts";
import type { Io } from "../command.ts";
import type { Check } from "./check.ts";
import { checkDaemon } from "./daemon.ts";
import { checkFolders } from "./folders.ts";
import { checkConfig, checkNode, checkPerl } from "./programs.ts";
import { checkService } from "./service.ts";
import { checkState, fixState } from "./state.ts";

/** With `fix` the state is mended first, so that the daemon is asked about what it has then. */
export async function examine(io: Io, fix: boolean): Promise<Check[]> {
  const run = programRunner(io.env);
  const fixed = fix ? await fixState(io) : undefined;
  const checks = [
    checkNode(process.versions.node),
    await checkPerl(run),
    ...checkFolders(io.paths, io.env),
    await checkConfig(run, io.env),
    ...(await checkService(run, io.env)),
    ...(await checkDaemon(io)),
    ...(fixed ?? (await checkState(io))),
  ];
  return checks.map((check) => ({
    ...check,
    message: oneLine(check.message),
    hint: check.hint === null ? null : oneLine(check.hint),
  }));
}
