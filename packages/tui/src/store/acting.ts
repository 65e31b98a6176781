/** What keys do: the verbs ask something of the daemon, others steer the replay or the program, the rest only moves the screen. */
import type { Task } from "@claudine/protocol/task";
import type { Action, RecorderAction, TaskVerb } from "../keys.ts";
import type { Errands } from "./errands.ts";
import type { Model } from "./model.ts";
import type { Scene } from "./scene.ts";
import { hasFailed } from "./seen.ts";
import type { ShellRunner } from "./shell-runner.ts";
import type { Recorder } from "./source.ts";
import { groupDeed, steer } from "./tab-deeds.ts";
import type { Surroundings } from "./moving.ts";
import { reduceUi } from "./reduce-ui.ts";
import type { UiState } from "./ui-state.ts";
import { answerTo, VERBS } from "./verbs.ts";

/** What the program around the screen does. */
export type Wish =
  | { kind: "quit"; code: number }
  | { kind: "suspend" }
  | { kind: "redraw" }
  /** Somebody else has the terminal until then. */
  | { kind: "lend"; until(): Promise<void> };

type Ports = {
  model: Model;
  errands: Errands;
  shell: ShellRunner;
  recorder: Recorder | undefined;
  wish(wish: Wish): void;
  now(): number;
  ui(): UiState;
  change(ui: UiState): void;
  scene(): Scene;
  surroundings(): Surroundings;
};

export class Acting {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  act(action: Action): void {
    const { wish, shell, errands, ui, change, surroundings } = this.#ports;
    if (action === "quit" || action === "interrupt") wish({ kind: "quit", code: action === "quit" ? 0 : 130 });
    else if (action === "suspend" || action === "redraw") wish({ kind: action });
    else if (isVerb(action)) this.#ask(action);
    else if (action === "undo") errands.undo();
    else if (action === "edit") this.#edit();
    else if (action === "seen") this.#see();
    else if (action === "all-seen") this.#seeAll();
    else if (isSteering(action)) this.#steer(action);
    else if (action === "read" && ui().page === "groups") this.#openGroup();
    else if (action === "back" && shell.interrupt(ui().page)) return;
    else {
      if (action === "read") this.#see();
      change(reduceUi(ui(), action, surroundings()));
    }
  }

  /** Those that keys act on. */
  targetIds(): number[] {
    return this.#ports.scene().targets.map(({ id }) => id);
  }

  /** Those that are seen, but as they are by now: keys come faster than the screen is drawn. */
  #targets(): Task[] {
    const { tasks } = this.#ports.model.book;
    return this.targetIds().flatMap((id) => tasks.get(id) ?? []);
  }

  #steer(action: RecorderAction): void {
    const { recorder, errands } = this.#ports;
    if (recorder === undefined) return errands.say("That is for claudine top --at and --replay", "dim");
    steer(recorder, action);
  }

  #ask(verb: TaskVerb): void {
    const { errands, change } = this.#ports;
    const ui = this.#ports.ui();
    if (ui.readOnly) return errands.say("Not done: this screen is read-only", "warn");
    if (ui.page === "groups") return this.#askGroup(verb);
    const [targets, { leaving }] = [this.#targets(), errands];
    // Removed twice, it would go in spite of one undo.
    const tasks = verb === "remove" ? targets.filter(({ id }) => !leaving.has(id)) : targets;
    const [task] = tasks;
    if (task === undefined && targets.length > 0) return errands.say("That goes already: u undoes it", "warn");
    if (task === undefined) return errands.say("There is no task to act on", "dim");
    const answer = answerTo(verb, tasks);
    // From here on the cursor stays with this task, whatever comes to the top.
    const selected = ui.tagged.size > 0 ? ui.selected : task.id;
    const prompt = answer.kind === "ask" ? answer.prompt : null;
    change({ ...ui, selected, prompt });
    if (answer.kind === "no") errands.say(answer.why, "warn");
    if (answer.kind === "deed") void errands.carryOut(answer.deed);
    if (answer.kind === "later") errands.removeLater(answer.ids, answer.deed);
  }

  #askGroup(verb: TaskVerb): void {
    const { errands, scene, ui } = this.#ports;
    const group = scene().groups[ui().tabCursor];
    const deed = group === undefined ? undefined : groupDeed(verb, group);
    if (deed !== undefined) void errands.carryOut(deed);
  }

  #openGroup(): void {
    const { change, scene } = this.#ports;
    const ui = this.#ports.ui();
    const group = scene().groups[ui.tabCursor]?.name ?? null;
    change({ ...ui, page: "list", under: "list", group, selected: null, cursor: 0 });
  }

  #edit(): void {
    const { ui, errands, shell } = this.#ports;
    if (ui().readOnly) return errands.say("Not done: this screen is read-only", "warn");
    shell.runVerb("edit", this.targetIds());
  }

  #see(): void {
    const { model } = this.#ports;
    model.seen.add(this.#targets().filter(hasFailed));
    model.refresh();
  }

  #seeAll(): void {
    const { model, now, ui } = this.#ports;
    model.seen.addAll(now());
    model.arrange(ui());
  }
}

function isVerb(action: Action): action is TaskVerb {
  return VERBS.some((verb) => verb === action);
}

const STEERING: readonly string[] = ["play", "back-10s", "on-10s", "back-1m", "on-1m", "slower", "faster"];
function isSteering(action: Action): action is RecorderAction {
  return STEERING.includes(action);
}
