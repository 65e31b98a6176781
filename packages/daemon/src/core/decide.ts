/** From a command to the events that carry it out, or the reason why it cannot be. Pure. */
import type { EventBody, Task, TaskId } from "@claudine/protocol";
import type { Command } from "./command.ts";
import { decideReport } from "./reports.ts";
import type { State } from "./state.ts";
import { decideTargets } from "./targets.ts";
import { decideStop } from "./stop.ts";
import { checkGroups, checkRoom } from "./room.ts";

/** `lookup` finds any task, finished ones too. */
export type Facts = { state: State; lookup: (id: TaskId) => Task | undefined; now: number };

/** @throws ClaudineError not_found, wrong_state, limit for commands of people; reports never throw */
export function decide(facts: Facts, command: Command): EventBody[] {
  switch (command.type) {
    case "submit":
      checkRoom(facts.state, command.tasks);
      return command.tasks.map(({ spec, held }, index) => ({
        type: "task.submitted",
        id: facts.state.nextId + index,
        spec,
        held,
      }));
    case "set-group":
      checkGroups(facts.state, [command.name]);
      return [{ type: "group.changed", name: command.name, slots: command.slots }];
    case "stop":
    case "signal":
      return decideStop(facts, command);
    case "hold":
    case "release":
    case "pause":
    case "resume":
    case "retry":
    case "remove":
      return decideTargets(facts, command);
    case "report-started":
    case "report-ended":
    case "report-no-environment":
    case "report-daemon":
      return decideReport(facts, command);
  }
}
