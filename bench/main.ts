/** Measures the product beside its references: `npm run bench [-- NAME…] [-- --quick]`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildIfStale } from "../scripts/build.ts";
import { describeMachine, writeReport } from "./report.ts";
import type { Finding, Row, RowOptions } from "./row.ts";
import { adoption } from "./rows/adoption.ts";
import { idle } from "./rows/idle.ts";
import { followDelay } from "./rows/follow-delay.ts";
import { followFanOut } from "./rows/follow-fan-out.ts";
import { list } from "./rows/list.ts";
import { logsTail } from "./rows/logs-tail.ts";
import { nextStart } from "./rows/next-start.ts";
import { schedulePrecision } from "./rows/schedule-precision.ts";
import { output1gb } from "./rows/output-1gb.ts";
import { schedulerCost } from "./rows/scheduler-cost.ts";
import { schedulerSimulation } from "./rows/scheduler-simulation.ts";
import { sampling } from "./rows/sampling.ts";
import { startUp } from "./rows/start-up.ts";
import { submitBatch } from "./rows/submit-batch.ts";
import { submitCall } from "./rows/submit-call.ts";
import { submitProcess } from "./rows/submit-process.ts";
import { throughput } from "./rows/throughput.ts";
import { topFrame } from "./rows/top-frame.ts";
import { cellsOf, plainTable } from "./table.ts";

const ROWS: readonly Row[] = [
  submitProcess,
  submitCall,
  submitBatch,
  throughput,
  nextStart,
  idle,
  sampling,
  startUp,
  adoption,
  list,
  schedulerCost,
  schedulerSimulation,
  schedulePrecision,
  output1gb,
  logsTail,
  followDelay,
  followFanOut,
  topFrame,
];

type Wish = { quick: boolean; rows: readonly Row[] };

/** @throws Error when there is no such row or option */
function wishOf(args: string[]): Wish {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { quick: { type: "boolean" } } });
  return { quick: values.quick ?? false, rows: positionals.length === 0 ? ROWS : positionals.map(rowNamed) };
}

async function main({ quick, rows }: Wish): Promise<void> {
  const machine = describeMachine();
  await buildIfStale();
  const { findings, said } = await measure(rows, quick);
  process.stdout.write(`${plainTable(findings.map(cellsOf))}\n`);
  if (quick || rows !== ROWS) process.stderr.write("The page and the results are written by a whole run only\n");
  else writeReport({ machine, rows, findings, said });
}

function rowNamed(name: string): Row {
  const row = ROWS.find((one) => one.name === name);
  if (row === undefined)
    throw new Error(`There is no row ${name}; there are ${ROWS.map((one) => one.name).join(", ")}`);
  return row;
}

async function measure(rows: readonly Row[], quick: boolean): Promise<{ findings: Finding[]; said: string[] }> {
  const root = mkdtempSync(join(tmpdir(), "clb-"));
  const findings: Finding[] = [];
  const said: string[] = [];
  const options: RowOptions = {
    quick,
    say(line) {
      if (said.includes(line)) return;
      said.push(line);
      process.stderr.write(`${line}\n`);
    },
    newFolder: () => mkdtempSync(join(root, "d-")),
  };
  try {
    for (const { name, about, run } of rows) {
      process.stderr.write(`${name}: ${about}\n`);
      findings.push(...(await run(options)));
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { findings, said };
}

let wish: Wish | undefined;
try {
  wish = wishOf(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
if (wish !== undefined) await main(wish);
