/** The head of the screen: what is going on in numbers, the load of the machine, and where a replay stands. */
import type { Group, HostSample } from "@claudine/protocol/host";
import { formatBytes } from "@claudine/protocol/units";
import type { Limits, Scene } from "../store/scene.ts";
import type { RecorderState } from "../store/source.ts";
import type { Look, StyleName } from "../theme.ts";
import { fitSpans, line, span, spansWidth, spread, type Line, type Span } from "./line.ts";
import { sparkline } from "./spark.ts";
import { timeText } from "./event-line.ts";
import { cut, steadyLine } from "./text.ts";

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
  // What everybody has comes first, where there is little room, and groups where nothing goes on last.
  const rank = ({ name, running, queued }: Group) => (name === "default" ? 0 : running + queued > 0 ? 1 : 2);
  for (const { name, used, slots } of groups.toSorted((one, other) => rank(one) - rank(other))) {
    const word = name === "default" ? "slots" : steadyLine(name);
    const next = [...(spans.length > 0 ? [span("  ")] : []), span(`${word} `, "dim"), span(`${used}/${slots}`)];
    if (spansWidth(spans) + spansWidth(next) > room) break;
    spans.push(...next);
  }
  return spans;
}

/** The line of the machine: its bars with what may be taken of it, and its load. */
export function hostLine(host: HostSample | null, { width, look }: Frame, limits: Limits = NO_LIMITS): Line {
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
    ...barSpans(host.cpuPercent / 100, bar, { look, limit: limits.cpu }),
    span(words.cpu),
    span("   MEM ", "dim"),
    ...barSpans(memory, bar, { look, limit: limits.memory }),
    span(words.memory),
    span(words.load.slice(0, 8), "dim"),
    span(words.load.slice(8)),
    ...(withCores ? [span(words.cores, "dim")] : []),
  ];
  return line(...fitSpans(spans, width, look.glyphs.ellipsis));
}

const NO_LIMITS: Limits = { cpu: null, memory: null };

/** ` stalled cpu 2% mem 0% io 1%   12 done/min ▁▂▅▃   queue 12`: what presses, what gets done, what waits. */
export function flowLine(
  { host, throughput, counts }: Pick<Scene, "host" | "throughput" | "counts">,
  { width, look }: Frame,
): Line {
  const rate = throughput.perMinute;
  const done = rate >= 10 || rate === 0 ? String(Math.round(rate)) : rate.toFixed(1);
  const course = sparkline(throughput.course, Math.min(throughput.course.length, width >= 100 ? 30 : 12), { look });
  const right: Span[] = [
    span("done/min ", "dim"),
    span(done, rate > 0 ? "plain" : "dim"),
    span(" "),
    span(course, "good"),
    span("   queue ", "dim"),
    span(String(counts.queued + counts.held), counts.queued > 0 ? "info" : "dim"),
    span(" "),
  ];
  return spread(pressureSpans(host), right, { width, mark: look.glyphs.ellipsis });
}

/** How much of the last ten seconds something waited for the machine. */
function pressureSpans(host: HostSample | null): Span[] {
  if (host === null) return [];
  const { cpu, memory, io } = host.pressure;
  if (cpu === null && memory === null && io === null) return [span(" no pressure figures", "dim")];
  const one = (word: string, value: number | null): Span[] => {
    if (value === null) return [];
    const style: StyleName = value >= 50 ? "bad" : value >= 20 ? "warn" : "plain";
    return [span(` ${word} `, "dim"), span(`${Math.round(value)}%`, value < 0.5 ? "dim" : style)];
  };
  return [span(" stalled by", "dim"), ...one("cpu", cpu), ...one("mem", memory), ...one("io", io)];
}

export type BarLook = { look: Look; limit?: number | null };

/** A bar filled by a share from 0 to 1, with a mark where nothing more is let in; its colour speaks up only near that. */
export function barSpans(share: number, width: number, { look, limit = null }: BarLook): Span[] {
  const { barFull, barEmpty, limit: mark } = look.glyphs;
  const full = Math.max(0, Math.min(width, Math.round((share || 0) * width)));
  const most = limit ?? 1;
  const style: StyleName = share >= most * 0.95 ? "bad" : share >= most * 0.8 ? "warn" : "good";
  const plain = [span(barFull.repeat(full), style), span(barEmpty.repeat(width - full), "dim")];
  if (limit === null || width < 6) return plain;
  const at = Math.max(0, Math.min(width - 1, Math.floor(limit * width)));
  return [
    span(barFull.repeat(Math.min(full, at)), style),
    span(barEmpty.repeat(Math.max(0, at - full)), "dim"),
    span(mark, "warn"),
    span(barFull.repeat(Math.max(0, full - at - 1)), style),
    span(barEmpty.repeat(Math.min(width - at - 1, Math.max(0, width - Math.max(full, at + 1)))), "dim"),
  ].filter(({ text }) => text !== "");
}

/** ` ▶ 03:12:40  ━━━━━━●──────  03:00:00 to 03:30:00  10x`: where the replay stands. */
export function scrubberLine({ from, to, at, speed, playing, missing }: RecorderState, { width, look }: Frame): Line {
  const { play, still, barFull, barEmpty, ellipsis } = look.glyphs;
  const left = [span(` ${playing ? play : still} `, playing ? "good" : "warn"), span(timeText(at), "bold"), span("  ")];
  const words = missing === null ? "" : `  ${steadyLine(missing)}`;
  const right = [
    span(`  ${timeText(from)} to ${timeText(to)}  `, "dim"),
    span(`${speed}x`, "plain"),
    span(cut(words, Math.max(0, Math.floor(width / 2)), ellipsis), "warn"),
    span(" "),
  ];
  const room = width - spansWidth(left) - spansWidth(right);
  const share = to > from ? (at - from) / (to - from) : 0;
  const full = Math.max(0, Math.min(room - 1, Math.round(share * (room - 1))));
  const bar =
    room < 5
      ? []
      : [
          span(barFull.repeat(full), "info"),
          span(look.ascii ? "O" : "●", "bold"),
          span(barEmpty.repeat(room - full - 1), "dim"),
        ];
  return line(...fitSpans([...left, ...bar, ...right], width, ellipsis));
}
