/** The line with the tabs, and beside them what everybody should know: that the daemon is away, or what is left out. */
import { TABS } from "../keys.ts";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { fill, fitSpans, line, span, spansWidth, type Line, type Span } from "./line.ts";
import { steadyLine } from "./text.ts";

type Frame = { width: number; look: Look };

/** A daemon that is away for longer than a restart takes wants to be started. */
const LONG_LOST_S = 10;

/** What everybody should know before anything else: the daemon is away, what is left out, or nothing. */
export type Banner =
  | { kind: "none" }
  | { kind: "connecting" }
  | { kind: "silent"; seconds: number }
  | { kind: "lost"; seconds: number; why: string }
  | { kind: "filter"; text: string; shown: number; total: number };

export function bannerOf({ connection, loaded, ui, wallNow, shown, total }: Scene): Banner {
  if (connection.state !== "up") {
    const seconds = Math.max(0, Math.floor((wallNow - connection.since) / 1000));
    return connection.state === "silent" ? { kind: "silent", seconds } : { kind: "lost", seconds, why: connection.why };
  }
  if (!loaded) return { kind: "connecting" };
  const text = [ui.filter, ...(ui.group === null ? [] : [`in group ${ui.group}`])]
    .filter((word) => word !== "")
    .join(" ");
  return text === "" || ui.page !== "list" ? { kind: "none" } : { kind: "filter", text, shown, total };
}

/** ` 1 tasks  2 groups  3 schedules  4 host  5 events ──`: the tabs, and beside them the banner; a lost daemon takes the whole line. */
export function tabsLine(scene: Scene, { width, look }: Frame): Line {
  const mark = look.glyphs.ellipsis;
  const banner = bannerOf(scene);
  if (banner.kind === "lost" || banner.kind === "silent") {
    const [words, more] = alarmWords(banner, look);
    return fill({ spans: [span(` ${words} (${banner.seconds} s) `, "alarm"), span(`  ${more}`, "dim")] }, width, mark);
  }
  const tabs = tabSpans(scene);
  const room = width - spansWidth(tabs) - 3;
  const right = fitSpans(bannerSpans(banner, scene), Math.max(0, room), mark);
  const rule = width - spansWidth(tabs) - spansWidth(right) - (right.length > 0 ? 2 : 1);
  if (rule < 0) return line(...fitSpans(tabs, width, mark));
  const end = right.length > 0 ? [span(" "), ...right] : [];
  return line(...tabs, span(" "), span(look.glyphs.rule.repeat(rule), "dim"), ...end);
}

function alarmWords(banner: Extract<Banner, { seconds: number }>, look: Look): [what: string, more: string] {
  const isLong = banner.seconds >= LONG_LOST_S;
  if (banner.kind === "silent")
    return ["daemon does not answer", isLong ? "claudine daemon restart replaces it, tasks go on" : ""];
  const why = isLong ? "claudine daemon start" : steadyLine(banner.why);
  return [`daemon not reachable, reconnecting${look.ascii ? "..." : "…"}`, why];
}

function tabSpans({ ui }: Scene): Span[] {
  const page = ui.page === "help" || ui.page === "output" ? ui.under : ui.page;
  return TABS.flatMap(({ page: tab, word }, index) => {
    const here = tab === page || (tab === "list" && page === "log");
    return [span(` ${index + 1}`, "dim"), span(` ${word} `, here ? "inverse" : "plain")];
  });
}

function bannerSpans(banner: Exclude<Banner, { seconds: number }>, { ui }: Scene): Span[] {
  const tagged = ui.tagged.size > 0 && ui.page === "list" ? [span(`${ui.tagged.size} tagged`, "warn"), span("  ")] : [];
  const marks = ui.readOnly ? [span("read-only", "warn"), span(" ")] : [];
  switch (banner.kind) {
    case "none":
      return [...tagged, ...marks];
    case "connecting":
      return [span("connecting to the daemon ", "dim")];
    case "filter":
      return [
        ...tagged,
        span("filter ", "dim"),
        span(steadyLine(banner.text), "bold"),
        span(`  ${banner.shown} of ${banner.total} `, "dim"),
        ...marks,
      ];
  }
}
