/** Commands about schedules. */
import { ClaudineError, type EventBody, type Schedule, type ScheduleSpec } from "@claudine/protocol";
import { countDues, lastDue } from "./calendar.ts";
import { checkRules } from "./check-rules.ts";
import type { Declaration, Named, ScheduleChange, UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import { fire } from "./fire.ts";
import { mergeRules } from "./merge-rules.ts";
import { circleAmong } from "./schedule-circles.ts";
import { duesOf, hasRunOut, noSuchSchedule, notUnderstood } from "./schedules.ts";

type ScheduleCommand = Extract<UserCommand, { type: `${string}-schedule` | `${string}-schedules` }>;

/** All of them are kept in memory. */
const SCHEDULES_AT_MOST = 100_000;
const COUNTED_AT_MOST = 1000;

/** @throws ClaudineError not_found, wrong_state, invalid_params, limit */
export function decideSchedule(facts: Facts, command: ScheduleCommand): EventBody[] {
  switch (command.type) {
    case "declare-schedules":
      return declare(facts, command.declare);
    case "pause-schedules":
      return namedOnes(facts, command.paused ? "pause" : "resume", command.names).flatMap((schedule) =>
        command.paused ? pause(schedule) : resume(facts, schedule),
      );
    case "remove-schedules":
      return namedOnes(facts, "remove", command.names).map(({ name }) => ({ type: "schedule.removed", name }));
    case "run-schedule":
      return namedOnes(facts, `run schedule ${command.name}`, [command.name]).flatMap((schedule) =>
        fire(facts, schedule, { due: facts.wall, cause: "run" }),
      );
  }
}

function namedOnes({ state }: Facts, verb: string, names: readonly string[]): Schedule[] {
  return [...new Set(names)].map((name) => {
    const schedule = state.schedules.all.get(name);
    if (schedule === undefined) throw noSuchSchedule(state, verb, name);
    return schedule;
  });
}

export function declare(facts: Facts, declaration: Declaration): EventBody[] {
  const { all } = facts.state.schedules;
  switch (declaration.kind) {
    case "add": {
      const { name, spec } = declaration.schedule;
      if (all.has(name))
        throw new ClaudineError("wrong_state", `Cannot add schedule ${name}: there is one already`, {
          hint: `\`claudine schedule edit ${name}\` changes it, \`claudine schedule remove ${name}\` forgets it`,
        });
      const events = [added(facts, { name, spec })];
      refuseCircle(facts, "add", new Map([[name, spec]]));
      return events;
    }
    case "change": {
      const { name, changes, from } = declaration;
      const known = all.get(name);
      if (known === undefined) throw noSuchSchedule(facts.state, "edit", name);
      if (from !== undefined && from !== known.spec)
        throw new ClaudineError("wrong_state", `Cannot edit schedule ${name}: somebody else has just changed it`, {
          hint: `\`claudine schedule show ${name}\` shows what it is now`,
        });
      const spec = checked(facts, { name, spec: merged(known, changes) }, { verb: "edit", known });
      if (waitsForMore(known, spec)) refuseCircle(facts, "edit", new Map([[name, spec]]));
      return [{ type: "schedule.changed", name, spec }];
    }
    case "reconcile":
      return reconcile(facts, declaration);
  }
}

function added(facts: Facts, { name, spec }: Named, names?: ReadonlySet<string>): EventBody {
  if (facts.state.schedules.unread.has(name)) throw notUnderstood(`add schedule ${name}`, name);
  if (facts.state.schedules.all.size >= SCHEDULES_AT_MOST)
    throw new ClaudineError("limit", `Cannot add schedule ${name}: there are ${SCHEDULES_AT_MOST} already`);
  return { type: "schedule.added", name, spec: checked(facts, { name, spec }, { verb: "add", names }) };
}

/** What is as it was declared stays as it is, with its environment. */
function reconcile(facts: Facts, { schedules, prune }: Extract<Declaration, { kind: "reconcile" }>): EventBody[] {
  const { all } = facts.state.schedules;
  const names = new Set(schedules.map(({ name }) => name));
  const events = schedules.flatMap(({ name, spec }): EventBody[] => {
    const known = all.get(name);
    if (known === undefined) return [added(facts, { name, spec }, names)];
    if (known.spec.digest === spec.digest && known.spec.origin === spec.origin) return [];
    const kept: ScheduleSpec = { ...spec, uid: known.spec.uid, when: sameStart(known.spec, spec) };
    const check = { verb: "edit", known, names };
    return [{ type: "schedule.changed", name, spec: checked(facts, { name, spec: kept }, check) }];
  });
  const waiting = events.flatMap((event): [string, ScheduleSpec][] =>
    "spec" in event && event.type !== "task.submitted" && waitsForMore(all.get(event.name), event.spec)
      ? [[event.name, event.spec]]
      : [],
  );
  refuseCircle(facts, "declare", new Map(waiting));
  const left = [...all.values()].filter(({ name, spec }) => spec.origin === prune && !names.has(name));
  return [
    ...events,
    ...(prune === undefined ? [] : left.map(({ name }): EventBody => ({ type: "schedule.removed", name }))),
  ];
}

/** An interval that stays as long goes on counting from where it began. */
function sameStart(known: ScheduleSpec, { when }: ScheduleSpec): ScheduleSpec["when"] {
  const same = when.kind === "every" && known.when.kind === "every" && known.when.everyMs === when.everyMs;
  return same ? known.when : when;
}

function merged({ name, spec }: Schedule, { task = {}, ...changes }: ScheduleChange): ScheduleSpec {
  const { digest: _, ...rest } = spec;
  const { retry, limits, needs, budget, ...plain } = task;
  const asked = withoutUndefined({ retry, limits, needs, budget });
  const rules = mergeRules(spec.task, `edit schedule ${name}`, asked);
  const own: ScheduleSpec["task"] = {
    ...spec.task,
    ...plain,
    ...(rules.retry === undefined ? {} : { retry: rules.retry ?? undefined }),
    ...(rules.limits === undefined ? {} : { limits: rules.limits ?? undefined }),
    ...(rules.needs === undefined ? {} : { needs: rules.needs ?? undefined }),
    ...(rules.budget === undefined ? {} : { budget: rules.budget ?? undefined }),
  };
  return withoutUndefined({ ...rest, ...changes, task: withoutUndefined(own) });
}

function withoutUndefined<T extends object>(value: T): T {
  for (const [name, one] of Object.entries(value)) if (one === undefined) Reflect.deleteProperty(value, name);
  return value;
}

/** `names` are those of the same file. */
type Check = { verb: string; known?: Schedule; names?: ReadonlySet<string> | undefined };

/** @throws ClaudineError when it would never be due, or its tasks could not be taken */
function checked(facts: Facts, { name, spec }: Named, { verb, known, names }: Check): ScheduleSpec {
  const { state, wall } = facts;
  const { task, afterSchedules = [] } = spec;
  const isAlone = (task.after ?? []).length + afterSchedules.length === 0;
  checkRules(facts, { verb: `${verb} schedule ${name}`, group: task.group, rules: task, isAlone });
  checkBudget(task, `${verb} schedule ${name}`);
  const asBefore = known?.spec.afterSchedules ?? [];
  for (const other of afterSchedules) {
    if (asBefore.includes(other)) continue;
    if (other !== name && (state.schedules.all.has(other) || names?.has(other) === true)) continue;
    throw other === name
      ? new ClaudineError("invalid_params", `Cannot ${verb} schedule ${name}: it cannot wait for itself`)
      : noSuchSchedule(state, `${verb} schedule ${name}`, other);
  }
  const isAsBefore = known !== undefined && isSame(known.spec, spec);
  if (isAsBefore || duesOf(state, { spec })(Math.max(wall, known?.anchor ?? 0)) !== null) return spec;
  throw neverDue(facts, { name, spec }, verb);
}

/** @throws ClaudineError invalid_params */
function checkBudget({ agent, budget }: ScheduleSpec["task"], verb: string): void {
  if (agent !== undefined || budget === undefined) return;
  throw new ClaudineError("invalid_params", `Cannot ${verb}: it runs a command, which has no budget`, {
    hint: "Budgets are for prompts; what commands may use is said by --timeout, --memory-max and others",
  });
}

function waitsForMore(known: Schedule | undefined, { afterSchedules = [] }: ScheduleSpec): boolean {
  const before = known?.spec.afterSchedules ?? [];
  return afterSchedules.some((other) => !before.includes(other));
}

/** @throws ClaudineError invalid_params, with the names along the circle */
function refuseCircle({ state }: Facts, verb: string, changed: ReadonlyMap<string, ScheduleSpec>): void {
  const waitsFor = (name: string) => (changed.get(name) ?? state.schedules.all.get(name)?.spec)?.afterSchedules ?? [];
  const circle = circleAmong(changed.keys(), waitsFor);
  if (circle === undefined) return;
  const what = verb === "declare" ? "the schedules" : `schedule ${[...changed.keys()].join(", ")}`;
  throw new ClaudineError(
    "invalid_params",
    `Cannot ${verb} ${what}: ${verb === "declare" ? "they" : "it and others"} would wait for each other in a circle`,
    {
      hint: circle.slice(0, 10).join(" after ") + (circle.length > 10 ? " after …" : ""),
    },
  );
}

function isSame(a: ScheduleSpec, b: ScheduleSpec): boolean {
  return JSON.stringify([a.when, a.zone, a.until]) === JSON.stringify([b.when, b.zone, b.until]);
}

function neverDue({ wall }: Facts, { name, spec }: Named, verb: string): ClaudineError {
  const { when, until } = spec;
  if (when.kind === "at" && when.at <= wall)
    return new ClaudineError("invalid_params", `Cannot ${verb} schedule ${name}: its time is over`, {
      hint: `Give a time that is to come; \`claudine submit\` runs a command now`,
    });
  const [why, hint] =
    until === undefined
      ? ["no day ever fits it", "Check day, month and day of week: 30 2 is the 30th of February"]
      : ["it would not be due before --until", "Give a later --until, or none"];
  return new ClaudineError("invalid_params", `Cannot ${verb} schedule ${name}: ${why}`, { hint });
}

function pause({ name, paused }: Schedule): EventBody[] {
  return paused ? [] : [{ type: "schedule.paused", name }];
}

/** What was due meanwhile was not missed, and is not made up for. */
function resume({ state, wall }: Facts, schedule: Schedule): EventBody[] {
  const { name, paused, anchor } = schedule;
  if (!paused) return [];
  const next = duesOf(state, schedule);
  const first = hasRunOut(schedule) ? null : next(anchor);
  if (first === null || first > wall) return [{ type: "schedule.resumed", name }];
  const to = lastDue(next, first, wall);
  const count = countDues(next, { first, end: to }, COUNTED_AT_MOST) ?? null;
  return [
    { type: "schedule.skipped", name, due: first, to, count, why: "paused", note: "the schedule was paused" },
    { type: "schedule.resumed", name },
  ];
}
