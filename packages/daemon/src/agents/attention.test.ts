/** When a person should look at an agent, and when it is ended. */
import { expect, test } from "vitest";
import { judge, type Seen, type WatchRules } from "./attention.ts";

const RULES: WatchRules = { quietAfterMs: 600_000, endQuietAfterMs: 3_600_000, endLingeringAfterMs: 120_000 };
const OFF: WatchRules = { quietAfterMs: undefined, endQuietAfterMs: undefined, endLingeringAfterMs: undefined };
const seen = (change: Partial<Seen> = {}): Seen => ({
  progress: {},
  quietMs: 0,
  answeredMs: undefined,
  takesMessages: false,
  ...change,
});
const answered = { progress: { result: { ok: true, text: "", cut: false } } };

test.for([
  ["at work", seen(), RULES, null, undefined],
  ["quiet", seen({ quietMs: 600_500 }), RULES, "wrote nothing for 10m00s", undefined],
  ["quiet for too long", seen({ quietMs: 3_600_000 }), RULES, "wrote nothing for 1h00m", "quiet"],
  ["quiet where nobody cares", seen({ quietMs: 1e9 }), OFF, null, undefined],
  ["asking", seen({ progress: { attention: "May I?" } }), RULES, "May I?", undefined],
  [
    "asking for too long",
    seen({ progress: { attention: "May I?" }, quietMs: 3_600_000 }),
    RULES,
    "wrote nothing for 1h00m",
    "quiet",
  ],
  ["just done", seen({ ...answered, answeredMs: 1000, quietMs: 1e9 }), RULES, null, undefined],
  [
    "lingering",
    seen({ ...answered, answeredMs: 15_000 }),
    RULES,
    "has not ended 15.0s after its final answer",
    undefined,
  ],
  [
    "lingering too long",
    seen({ ...answered, answeredMs: 120_000 }),
    RULES,
    "has not ended 2m00s after its final answer",
    "lingering",
  ],
  [
    "open for messages at its limit",
    seen({
      progress: { result: { ok: false, text: "", cut: false }, error: { class: "usage-limit", message: "enough" } },
      answeredMs: 120_000,
      takesMessages: true,
    }),
    RULES,
    "has not ended 2m00s after its final answer",
    "lingering",
  ],
  [
    "open for messages after an error",
    seen({
      progress: { result: { ok: false, text: "", cut: false }, error: { class: "auth", message: "not logged in" } },
      answeredMs: 120_000,
      takesMessages: true,
    }),
    RULES,
    "has not ended 2m00s after its final answer",
    undefined,
  ],
  ["open for messages", seen({ ...answered, answeredMs: 1e9, takesMessages: true }), RULES, null, undefined],
] as const)("%s", ([, what, rules, note, end]) => {
  const { attention, end: ends } = judge(what, rules);
  expect([attention?.note ?? null, ends]).toEqual([note, end]);
});
