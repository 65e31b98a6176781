/** What moving needs to know: how much there is to move over, and how much of it is seen. Pure. */
import type { Look } from "../theme.ts";
import { listLayout } from "../view/layout.ts";
import { endTop } from "../view/log-pane.ts";
import { scheduleNotes } from "../view/schedules.ts";
import { textRoom } from "../view/text-room.ts";
import { layoutOf } from "./compose.ts";
import type { LogState } from "./log-follower.ts";
import type { Model } from "./model.ts";
import type { Scene } from "./scene.ts";
import type { Wanted } from "./side-reader.ts";
import type { Surroundings } from "./moving.ts";
import type { UiState } from "./ui-state.ts";

type Parts = { model: Model; ui: UiState; scene: Scene; log: LogState | null; look: Look };

export function surroundingsOf({ model: { entries }, ui, scene, log, look }: Parts): Surroundings {
  const { size } = scene;
  const { logRows, paneColumns } = layoutOf(ui, size);
  const room = { rows: logRows, columns: paneColumns, wrap: ui.page === "log", look };
  const buffer = log?.buffer;
  return {
    total: entries.length,
    idAt: (index) => entries[index]?.task.id,
    tableRows: ui.page === "list" ? listLayout(size, ui).tableRows : logRows,
    log: { first: buffer?.range.first ?? 0, endTop: buffer === undefined ? 0 : endTop(buffer, room), rows: logRows },
    text: textRoom(scene, look),
    tabRows: tabRowsOf(scene),
  };
}

/** What the tab in sight has to be told by the daemon. */
export function tabWants({ page }: UiState): Wanted | null {
  if (page === "schedules") return { kind: "schedules" };
  return page === "host" ? { kind: "host" } : null;
}

function tabRowsOf({ ui, groups, side, events }: Scene): number {
  if (ui.page === "groups") return groups.length;
  if (ui.page === "events") return events.length;
  return side?.data?.kind === "schedules" ? side.data.schedules.length + scheduleNotes(side.data).length : 0;
}
