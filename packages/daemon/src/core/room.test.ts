import { expect, test } from "vitest";
import { spec, World } from "./fixtures.ts";

const limit = expect.objectContaining({ code: "limit" });
const long = "x".repeat(2 ** 20);
const task = (change: Parameters<typeof spec>[0] = {}) => ({ spec: spec(change), held: true });

test("commands that wait are kept in memory, so there is an end to them", () => {
  const world = new World();
  const most = Array.from({ length: 128 }, () => task({ command: long, argv: ["true", long.slice(1000)] }));
  world.do({ type: "submit", tasks: most });
  expect(() => world.do({ type: "submit", tasks: [task({ command: long })] })).toThrow(limit);
  world.do({ type: "submit", tasks: [task()] });
  world.do({ type: "remove", targets: { named: [1], matched: [] } });
  world.do({ type: "submit", tasks: [task({ command: long })] });
});

test("groups that are in use are looked at for every start, so there is an end to them", () => {
  const world = new World();
  const inGroups = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ spec: spec({ group: `g${from + index}` }), held: false }));
  world.do({ type: "submit", tasks: inGroups(0, 999) });
  expect(() => world.do({ type: "submit", tasks: inGroups(999, 1) })).toThrow(limit);
  expect(() => world.do({ type: "set-group", name: "g999", slots: 1 })).toThrow(limit);
  world.do({ type: "submit", tasks: inGroups(0, 999) });
  world.do({ type: "remove", targets: { named: [], matched: Array.from({ length: 2000 }, (_, id) => id) } });
  world.do({ type: "submit", tasks: inGroups(1000, 999) });
  expect(world.state.groups.size).toBeLessThan(1001);
});
