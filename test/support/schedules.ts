/** Schedules as the command line shows them. */
import { type Firing, Schedule, type ScheduleInfo } from "@claudine/protocol/schedule";
import type { Rig } from "./daemon.ts";
import { rewriteValue } from "./raw-store.ts";
import { until } from "./until.ts";

export async function historyOf(rig: Rig, name: string): Promise<Firing[]> {
  const { code, stdout, stderr } = await rig.claudine("schedule", "history", name, "--json", "-n", "1000");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Firing[];
}

export async function scheduleOf(rig: Rig, name: string): Promise<ScheduleInfo> {
  const { code, stdout, stderr } = await rig.claudine("schedule", "show", name, "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ScheduleInfo;
}

/** The entry of the history that is like `part`, once it is there. */
export async function firingLike(rig: Rig, name: string, part: Partial<Firing>): Promise<Firing> {
  return until(`${name} to have a firing like ${JSON.stringify(part)}`, async () =>
    (await historyOf(rig, name)).find((firing) =>
      Object.entries(part).every(([key, value]) => Reflect.get(firing, key) === value),
    ),
  );
}

/** As if it had been added so much earlier, and nobody had been there since: no daemon runs. */
export async function age(rig: Rig, name: string, ms: number): Promise<void> {
  await rewriteValue(rig.home, { table: "schedules", key: name }, (value) => {
    const schedule = Schedule.parse(value);
    const { when } = schedule.spec;
    const earlier = when.kind === "every" ? { ...when, from: when.from - ms } : when;
    return { ...schedule, anchor: schedule.anchor - ms, spec: { ...schedule.spec, when: earlier } };
  });
}
