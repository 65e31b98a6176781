/** What keys mean where no task is chosen: on the tab of the groups, and for what is replayed. */
import type { Group } from "@claudine/protocol/host";
import type { RecorderAction, TaskVerb } from "../keys.ts";
import type { Recorder } from "./source.ts";
import type { Deed } from "./verbs.ts";

/** Undefined for what a group cannot do. */
export function groupDeed(verb: TaskVerb, { name, slots, paused }: Group): Deed | undefined {
  const set = (change: { paused?: boolean; slots?: number }, done: string): Deed => ({
    doing: `Changing group ${name}`,
    done,
    send: (to) => to.call("group.set", { name, ...change }),
  });
  switch (verb) {
    case "pause":
      if (paused) return set({ paused: false }, `Group ${name} goes on`);
      return set({ paused: true }, `Nothing more of group ${name} starts`);
    case "raise":
      return set({ slots: slots + 1 }, `Group ${name} runs ${slots + 1} at once`);
    case "lower":
      return slots <= 1 ? undefined : set({ slots: slots - 1 }, `Group ${name} runs ${slots - 1} at once`);
    case "kill":
    case "cancel":
    case "retry":
    case "hold":
    case "remove":
    case "continue":
      return undefined;
  }
}

const FASTEST = 1000;
const SLOWEST = 0.25;

export function steer(recorder: Recorder, action: RecorderAction): void {
  const { at, speed, playing } = recorder.state();
  switch (action) {
    case "play":
      return recorder.setPlaying(!playing);
    case "back-10s":
      return recorder.seek(at - 10_000);
    case "on-10s":
      return recorder.seek(at + 10_000);
    case "back-1m":
      return recorder.seek(at - 60_000);
    case "on-1m":
      return recorder.seek(at + 60_000);
    case "slower":
      return recorder.setSpeed(Math.max(SLOWEST, speed / 2));
    case "faster":
      return recorder.setSpeed(Math.min(FASTEST, speed * 2));
  }
}
