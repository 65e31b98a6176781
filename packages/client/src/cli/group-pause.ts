/** Pausing whole groups: nothing of them starts, and what runs is stopped, too, unless it is to go on. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Group } from "@claudine/protocol/host";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Client } from "../client.ts";
import type { Input, Io } from "./command.ts";
import { flag } from "./input.ts";
import { nameTasks, printJson, say } from "./print.ts";
import { OPEN_STATES } from "./states.ts";

export async function pauseGroup(
  input: Input,
  io: Io,
  { name, wait }: { name: string; wait: boolean },
): Promise<number> {
  const client = await io.connect();
  await requireGroup(client, "pause", name);
  const { running } = await client.call("group.set", { name, paused: true });
  const stop = !wait && running > 0;
  const tasks = stop ? (await client.call("task.pause", { selector: [`group:${name}`] })).tasks : [];
  const runs = await client.call("task.list", { group: name, states: ["running"], limit: 1 });
  const goOn = wait && runs.tasks.length > 0 ? "; what runs goes on to its end" : "";
  return report(input, io, { done: `Paused group ${name}${stopped(tasks)}${goOn}`, name, client });
}

export async function resumeGroup(input: Input, io: Io, name: string): Promise<number> {
  const client = await io.connect();
  await requireGroup(client, "resume", name);
  const { running } = await client.call("group.set", { name, paused: false });
  const tasks = running > 0 ? (await client.call("task.resume", { selector: [`group:${name}`] })).tasks : [];
  return report(input, io, { done: `Resumed group ${name}${stopped(tasks)}`, name, client });
}

/** A mistyped name must not make a group. */
async function requireGroup(client: Client, verb: string, name: string): Promise<void> {
  const { groups } = await client.call("group.list", {});
  if (groups.some((one) => one.name === name)) return;
  // One with held tasks only is not among those with slots.
  const { tasks } = await client.call("task.list", { group: name, states: [...OPEN_STATES], limit: 1 });
  if (tasks.length > 0) return;
  throw new ClaudineError("not_found", `Cannot ${verb} group "${name.slice(0, 80)}": there is no such group`, {
    hint: `There ${groups.length === 1 ? "is" : "are"} ${groups
      .map((one) => one.name)
      .slice(0, 20)
      .join(", ")}`,
  });
}

function stopped(tasks: readonly TaskInfo[]): string {
  return tasks.length === 0 ? "" : ` and ${nameTasks(tasks.map(({ id }) => id))}`;
}

type Done = { done: string; name: string; client: Client };

async function report(input: Input, io: Io, { done, name, client }: Done): Promise<number> {
  if (!flag(input, "json")) {
    say(input, io, done);
    return 0;
  }
  const { groups } = await client.call("group.list", {});
  const group: Group | undefined = groups.find((one) => one.name === name);
  printJson(io, group);
  return 0;
}
