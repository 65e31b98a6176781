/** Keeps what a whole run found: `bench/results.json`, `docs/benchmarks.md` and its charts. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { chartsOf } from "./charts.ts";
import { barChart } from "./plot.ts";
import type { Finding, Row } from "./row.ts";
import { cellsOf, markdownTable } from "./table.ts";

/** Says what the figures depend on, and not whose machine it is. */
type Machine = {
  system: string;
  processor: string;
  cores: number;
  memoryGigabytes: number;
  node: string;
  /** Average number of runnable processes in the minute before, when it was all other work. */
  loadBefore: number;
};

export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    system: `${type()} ${release().split(".").slice(0, 2).join(".")}`,
    processor: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

export type Report = { machine: Machine; rows: readonly Row[]; findings: readonly Finding[]; said: readonly string[] };

const ROOT = join(import.meta.dirname, "..");

export function writeReport(report: Report): void {
  const { machine, findings, said } = report;
  const findingsRounded = JSON.parse(JSON.stringify(findings, roundNumber)) as Finding[];
  const results = { machine, findings: findingsRounded, skipped: said };
  writeFileSync(join(ROOT, "bench/results.json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(ROOT, "docs/benchmarks.md"), pageOf(report));
  const folder = join(ROOT, "docs/benchmarks");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, chart] of chartsOf(findings)) writeFileSync(join(folder, `${name}.svg`), barChart(chart));
}

function roundNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

function pageOf({ machine, rows, findings, said }: Report): string {
  const { system, processor, cores, memoryGigabytes, node, loadBefore } = machine;
  return (
    [
      "<!-- Made by `npm run bench`; changes here are lost. -->",
      "# Benchmarks",
      "`npm run bench` measures each row beside its reference in the same run, in turns, and writes this page and `bench/results.json`. " +
        "`npm run bench -- NAME …` measures single rows, `-- --quick` all of them in under three minutes; both only print.",
      "A figure is the median of several rounds, with the least and the greatest in brackets; a ratio is taken round by round. " +
        "Milliseconds belong to the machine, ratios travel better.",
      "Other people's programs are measured where they are installed, and said to be skipped where not: Debian's `task-spooler`, `nq`, `parallel` and `redis-server`, " +
        "and with `npm install --prefix bench/peers` BullMQ and pm2.",
      `Measured on ${system}, ${processor}, ${cores} cores, ${memoryGigabytes} GB, Node ${node}. The load from other work was ${loadBefore.toFixed(1)} before the run began; both sides feel it.`,
      ...[...chartsOf(findings)].map(([name, { title }]) => `![${title}](benchmarks/${name}.svg)`),
      markdownTable(findings.map(cellsOf)),
      ...(said.length === 0 ? [] : [said.map((line) => `- ${line}`).join("\n")]),
      "## The rows",
      rows.map(({ name, about }) => `- \`${name}\`: ${about}`).join("\n"),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}
