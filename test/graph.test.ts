/** `claudine graph`: which tasks wait for which. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  await rig.ran("-l", "fetch", "true");
  await rig.submit("--held", "-l", "build", "--after", "1", "make");
  await rig.submit("--held", "-l", "test", "--after", "2", "make test");
  await rig.submit("--held", "-l", "report", "--after", "1", "--after-any", "3", 'echo "done"');
  await rig.submit("--held", "-l", "mourn", "--after-failure", "2", "mail");
  await rig.submit("--held", "-l", "alone", "true");
  return () => rig[Symbol.asyncDispose]();
});

const TREE = `1 succeeded  fetch  true
├─ 2 held  build  make
│  ├─ 3 held  test  make test
│  │  └─ (any end) 4 held  report  echo "done"
│  └─ (failure) 5 held  mourn  mail
└─ 4 …
`;

test.for([[], ["2"], ["5"], ["label:report"]])("the tree that hangs together with %j", async (words) => {
  expect(await rig.claudine("graph", ...words)).toMatchObject({ code: 0, stdout: TREE, stderr: "" });
});

test("a task that hangs together with nothing is alone", async () => {
  expect((await rig.claudine("graph", "6")).stdout).toBe("6 held  alone  true\n");
});

test("for Graphviz, and as JSON", async () => {
  expect((await rig.claudine("graph", "--dot", "4")).stdout).toBe(`digraph claudine {
  rankdir=LR;
  node [shape=box];
  1 [label="1 succeeded\\nfetch"];
  2 [label="2 held\\nbuild"];
  1 -> 2;
  3 [label="3 held\\ntest"];
  2 -> 3;
  4 [label="4 held\\nreport"];
  1 -> 4;
  3 -> 4 [style=dashed, label="any end"];
  5 [label="5 held\\nmourn"];
  2 -> 5 [style=dotted, label="failure"];
}
`);
  const tasks = JSON.parse((await rig.claudine("graph", "--json", "4")).stdout) as { id: number; after: unknown }[];
  expect(tasks.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  expect(tasks[3]?.after).toEqual([
    { id: 1, on: "success" },
    { id: 3, on: "any" },
  ]);
});

test("nothing to draw, and nobody to draw", async () => {
  expect(await rig.claudine("graph", "99")).toMatchObject({ code: 0, stdout: "" });
  const { stderr } = await rig.claudine("graph", "label:none");
  expect(stderr).toContain("Cannot draw");
});
