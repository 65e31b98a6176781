/** The tab of the host: charts of its last minutes and of its last day. */
import { formatBytes } from "@claudine/protocol/units";
import type { HostPoint } from "@claudine/protocol/host";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { timeText } from "./event-line.ts";
import { line, span, type Line } from "./line.ts";
import { chart } from "./spark.ts";

type Room = { rows: number; columns: number; look: Look };
type Curve = { title: string; values: readonly number[]; top: number; now: string };

/** The title, then exactly `rows` lines. */
export function hostLines(scene: Scene, room: Room): Line[] {
  const data = scene.side?.data;
  const history = data?.kind === "host" ? data.history : undefined;
  const day = history !== undefined && history.samples.length > 1;
  const curves = day ? dayCurves(history.samples) : minuteCurves(scene);
  const first = history?.samples[0]?.at;
  const since =
    day && first !== undefined ? ` since ${timeText(first)}` : " in the last minutes, as far as this screen saw them";
  const each = Math.max(1, Math.floor(room.rows / curves.length) - 1);
  const lines = curves.flatMap((curve) => curveLines(curve, { ...room, rows: Math.min(each, 12) }));
  const shown = [line(span(`  The host${since}`, "dim")), ...lines].slice(0, room.rows + 1);
  return [...shown, ...Array.from({ length: room.rows + 1 - shown.length }, () => line())];
}

function dayCurves(samples: readonly HostPoint[]): Curve[] {
  const last = samples.at(-1);
  const memory = samples.map(({ memTotalBytes, memAvailableBytes }) =>
    memTotalBytes > 0 ? (1 - memAvailableBytes / memTotalBytes) * 100 : 0,
  );
  const loads = samples.map(({ load1 }) => load1);
  const stalls = samples.map(({ pressure }) => Math.max(pressure.cpu ?? 0, pressure.memory ?? 0, pressure.io ?? 0));
  const disk = last?.diskFreeBytes;
  const free = disk === undefined || disk === null ? "" : `, ${formatBytes(disk)} free on the disk of the state`;
  return [
    { title: "CPU", values: samples.map(({ cpuPercent }) => cpuPercent), top: 100, now: percent(last?.cpuPercent) },
    { title: "memory", values: memory, top: 100, now: percent(memory.at(-1)) },
    { title: "load", values: loads, top: Math.max(1, ...loads), now: (last?.load1 ?? 0).toFixed(2) },
    { title: "stalled", values: stalls, top: 100, now: `${percent(stalls.at(-1))}${free}` },
  ];
}

function minuteCurves({ hostCourse, throughput }: Scene): Curve[] {
  const { cpu, memory, load } = hostCourse;
  return [
    { title: "CPU", values: cpu, top: 100, now: percent(cpu.at(-1)) },
    { title: "memory", values: memory, top: 100, now: percent(memory.at(-1)) },
    { title: "load", values: load, top: Math.max(1, ...load), now: (load.at(-1) ?? 0).toFixed(2) },
    {
      title: "done a minute",
      values: throughput.course,
      top: Math.max(1, ...throughput.course),
      now: String(Math.round(throughput.perMinute)),
    },
  ];
}

function curveLines({ title, values, top, now }: Curve, { rows, columns, look }: Room): Line[] {
  const width = columns - 4;
  const body = chart(values, { width, rows }, { look, top }).map((text) => line(span("  "), span(text, "good")));
  return [line(span(`  ${title} `, "bold"), span(now)), ...body];
}

function percent(value: number | undefined): string {
  return value === undefined ? "" : `${Math.round(value)}%`;
}
