/** Everything about one schedule, for people. */
import type { Result } from "@claudine/protocol/methods";
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import { oneLine } from "@claudine/protocol/text";
import { scheduledAgentTexts } from "../agents/facts.ts";
import type { Io } from "../command.ts";
import { exactDuration } from "../exact.ts";
import { paint } from "../paint.ts";
import { ruleFacts } from "../rules/facts.ts";
import { clock, type Fact } from "../task-values.ts";
import { nextText, outcomeOf } from "./values.ts";

const NAME_WIDTH = 12;

export function printSchedule(io: Io, { schedule, environment }: Result<"schedule.get">, now: number): void {
  io.out(`${paint(`Schedule ${schedule.name}`, "bold", io.color)}  ${schedule.state}\n`);
  const secret = environment.sealed.length === 0 ? "" : `; kept encrypted: ${environment.sealed.join(", ")}`;
  const facts: Fact[] = [
    ...timeFacts(schedule, now),
    ...taskFacts(schedule, now),
    ["Environment", `${environment.names.length} variables${secret}`],
    ["Problem", schedule.problem ?? ""],
  ];
  for (const [name, value] of facts) if (value !== "") io.out(`${name.padEnd(NAME_WIDTH)} ${oneLine(value)}\n`);
}

function timeFacts(schedule: ScheduleInfo, now: number): Fact[] {
  const { next, last, lastSuccess, jitterMs, until, maxRuns, missed, catchupWindowMs, overlap } = schedule;
  return [
    ["When", schedule.when],
    ["Zone", schedule.zone],
    ["Next", next === null ? "" : `${clock(next)} (${nextText(schedule, now)})`],
    ["Jitter", jitterMs === null ? "" : `up to ${exactDuration(jitterMs)}`],
    ["Until", until === null ? "" : clock(until)],
    ["Runs", `${schedule.fired}${maxRuns === null ? "" : ` of ${maxRuns}`}`],
    ["Skipped", schedule.skipped === 0 ? "" : `${schedule.skipped} times`],
    ["Missed", `${missed}${catchupWindowMs === null ? "" : `, not longer ago than ${exactDuration(catchupWindowMs)}`}`],
    ["Overlap", overlap],
    [
      "Last",
      last === null ? "" : `${clock(last.to)}: ${outcomeOf(last)}${last.task === null ? "" : ` (task ${last.task})`}`,
    ],
    ["Last success", lastSuccess === null ? "" : `${clock(lastSuccess.finishedAt)} (task ${lastSuccess.task})`],
    ["Tasks", schedule.unfinished.join(", ")],
    ["File", schedule.origin ?? ""],
  ];
}

function taskFacts(schedule: ScheduleInfo, now: number): Fact[] {
  const { command, cwd, label, group, priority, held, afterSchedules } = schedule;
  return [
    ["Command", command],
    ...scheduledAgentTexts(schedule),
    ["Directory", cwd],
    ["Label", label ?? ""],
    ["Group", group],
    ["Priority", priority === 0 ? "" : String(priority)],
    ["Held", held ? "each waits for claudine release" : ""],
    ["Waits for", afterSchedules.map((name) => `the last success of ${name}`).join(", ")],
    ...ruleFacts({ ...schedule, notBefore: null, units: null, maxFails: null, key: null }, now),
  ];
}
