/** The daemon's status in words. */
import { formatBytes, formatDuration } from "@claudine/protocol/units";
import type { DaemonStatus } from "../service/daemon.ts";
import { ALL_STATES } from "./states.ts";
import { clock } from "./task-values.ts";

export function daemonText(status: DaemonStatus): string {
  const counts = ALL_STATES.flatMap((state) =>
    (status.counts[state] ?? 0) > 0 ? [`${status.counts[state]} ${state}`] : [],
  );
  const rows: [string, string][] = [
    ["daemon", `claudined ${status.version}, pid ${status.pid}, up ${formatDuration(status.uptimeMs)}`],
    ["socket", status.socket],
    ["state", status.stateDir],
    ["memory", formatBytes(status.rssBytes)],
    ["clients", String(status.connections)],
    ["tasks", counts.length === 0 ? "none" : counts.join(", ")],
  ];
  if (status.schedules.total > 0) rows.splice(-1, 0, ["due", schedulesText(status.schedules)]);
  if (status.problem !== null) rows.push(["problem", status.problem]);
  return rows.map(([name, value]) => `${name.padEnd(8)} ${value}\n`).join("");
}

function schedulesText({ total, paused, next, fired, skipped }: DaemonStatus["schedules"]): string {
  const due = next === null ? "none is due" : `next ${clock(next)}`;
  return `${total} ${total === 1 ? "schedule" : "schedules"}${paused === 0 ? "" : ` (${paused} paused)`}, ${due}; ${fired} times due, ${skipped} skipped`;
}
