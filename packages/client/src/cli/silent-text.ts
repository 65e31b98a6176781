/** What people are told while a daemon does not answer. */
import type { Paths } from "@claudine/protocol/paths";
import { lockHolder } from "../service/lock-holder.ts";
import { problemLine } from "./print.ts";

export function silentText(paths: Paths): string {
  const holder = lockHolder(paths);
  const who = holder === undefined ? "What listens on" : `claudined (pid ${holder.pid}) holds`;
  const line = `${who} ${paths.socket}${holder === undefined ? "" : ","} but does not answer; waiting for it`;
  return `claudine: ${problemLine(line)}\n`;
}
