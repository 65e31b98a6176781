/** The head of the screen: what is going on in numbers, the machine's load, and a line for what everybody should know. */
import type { Group, HostSample } from "@claudine/protocol/host";
import { formatBytes } from "@claudine/protocol/units";
import type { Look, StyleName } from "../theme.ts";
import { fill, fitSpans, line, span, spansWidth, spread, type Line, type Span } from "./line.ts";
import { steadyLine } from "./text.ts";

export type Counts = { running: number; paused: number; queued: number; held: number; failed: number; done: number };
type Frame = { width: number; look: Look };

const NAME = span("claudine", "bold");

/** ` claudine  3 running · 12 queued · 1 failed · 120 done      slots 3/4`. */
export function countsLine(counts: Counts, groups: readonly Group[], { width, look }: Frame): Line {
  const parts: [number, string, StyleName, boolean][] = [
    [counts.running, "running", "good", true],
    [counts.paused, "paused", "warn", false],
    [counts.queued, "queued", "info", true],
    [counts.held, "held", "odd", false],
    [counts.failed, "failed", "bad", true],
    [counts.done, "done", "plain", true],
  ];
  const shown = parts.filter(([count, , , always]) => always || count > 0);
  const spans = shown.flatMap(([count, word, style], index) => [
    span(index === 0 ? "   " : ` ${look.glyphs.dot} `, "dim"),
    span(String(count), count > 0 ? style : "dim"),
    span(` ${word}`, count > 0 ? "plain" : "dim"),
  ]);
  const mark = look.glyphs.ellipsis;
  const left = [span(" "), NAME, ...spans];
  return spread(left, [...slotSpans(groups, width - spansWidth(left) - 3), span(" ")], { width, mark });
}

/** `slots 2/4`, and those of other groups as far as there is room. */
function slotSpans(groups: readonly Group[], room: number): Span[] {
  const spans: Span[] = [];
  for (const { name, running, slots } of groups) {
    const word = name === "default" ? "slots" : steadyLine(name);
    const next = [...(spans.length > 0 ? [span("  ")] : []), span(`${word} `, "dim"), span(`${running}/${slots}`)];
    if (spansWidth(spans) + spansWidth(next) > room) break;
    spans.push(...next);
  }
  return spans;
}

/** ` CPU ━━━━━━──── 52%   MEM ━━━─────── 6.1G of 16G   load 0.52 0.48 0.40   4 cores`. */
export function hostLine(host: HostSample | null, { width, look }: Frame): Line {
  if (host === null) return line();
  const used = host.memTotalBytes - host.memAvailableBytes;
  const memory = host.memTotalBytes > 0 ? used / host.memTotalBytes : 0;
  const loads = [host.load1, host.load5, host.load15].map((load) => load.toFixed(2)).join(" ");
  const words = {
    cpu: ` ${`${Math.round(host.cpuPercent)}%`.padStart(4)}`,
    memory: ` ${formatBytes(used).padStart(4)} of ${formatBytes(host.memTotalBytes)}`,
    load: `   load ${loads}`,
    cores: `   ${host.cores} cores`,
  };
  const rest = 5 + words.cpu.length + 7 + words.memory.length + words.load.length;
  const withCores = width >= rest + words.cores.length + 24;
  const bar = Math.max(4, Math.min(30, Math.floor((width - 1 - rest - (withCores ? words.cores.length : 0)) / 2)));
  const spans = [
    span(" CPU ", "dim"),
    ...barSpans(host.cpuPercent / 100, bar, look),
    span(words.cpu),
    span("   MEM ", "dim"),
    ...barSpans(memory, bar, look),
    span(words.memory),
    span(words.load.slice(0, 8), "dim"),
    span(words.load.slice(8)),
    ...(withCores ? [span(words.cores, "dim")] : []),
  ];
  return line(...fitSpans(spans, width, look.glyphs.ellipsis));
}

/** A bar filled by a share from 0 to 1, in a colour that speaks up only when it is nearly full. */
export function barSpans(share: number, width: number, look: Look): Span[] {
  const full = Math.max(0, Math.min(width, Math.round((share || 0) * width)));
  const style: StyleName = share >= 0.95 ? "bad" : share >= 0.8 ? "warn" : "good";
  return [span(look.glyphs.barFull.repeat(full), style), span(look.glyphs.barEmpty.repeat(width - full), "dim")];
}

/** A daemon that is away for longer than a restart takes wants to be started. */
const LONG_LOST_S = 10;

/** The line between header and table: the daemon is away, what the filter leaves, or nothing. */
export type Banner =
  | { kind: "none" }
  | { kind: "connecting" }
  | { kind: "lost"; seconds: number; why: string }
  | { kind: "filter"; text: string; shown: number; total: number };

export function bannerLine(banner: Banner, { width, look }: Frame): Line {
  const mark = look.glyphs.ellipsis;
  switch (banner.kind) {
    case "none":
      return line(span(look.glyphs.rule.repeat(width), "dim"));
    case "connecting":
      return line(span(" connecting to the daemon", "dim"));
    case "lost": {
      const words = ` daemon not reachable, reconnecting${look.ascii ? "..." : "…"} (${banner.seconds} s)`;
      const more = banner.seconds < LONG_LOST_S ? steadyLine(banner.why) : "claudine daemon start";
      return fill({ spans: [span(`${words} `, "alarm"), span(`  ${more}`, "dim")] }, width, mark);
    }
    case "filter":
      return line(
        ...fitSpans(
          [
            span(" filter ", "dim"),
            span(steadyLine(banner.text), "bold"),
            span(`  ${banner.shown} of ${banner.total}`, "dim"),
            span("   Esc clears it", "dim"),
          ],
          width,
          mark,
        ),
      );
  }
}
