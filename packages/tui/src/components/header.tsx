/** Counts, load and the banner line. */
import type { ReactNode } from "react";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { bannerLine, countsLine, hostLine, type Banner } from "../view/header.ts";
import { Lines } from "./lines.tsx";

export function Header({ scene, rows, look }: { scene: Scene; rows: number; look: Look }): ReactNode {
  const frame = { width: scene.size.columns, look };
  const lines = [countsLine(scene.counts, scene.groups, frame), hostLine(scene.host, frame)].slice(0, rows);
  return <Lines lines={[...lines, bannerLine(bannerOf(scene), frame)]} look={look} />;
}

function bannerOf({ connection, loaded, ui, now, shown, total }: Scene): Banner {
  if (connection.state === "lost") {
    return { kind: "lost", seconds: Math.max(0, Math.floor((now - connection.since) / 1000)), why: connection.why };
  }
  if (!loaded) return { kind: "connecting" };
  return ui.filter === "" || ui.page !== "list" ? { kind: "none" } : { kind: "filter", text: ui.filter, shown, total };
}
