import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

test("no more than two are built at once, and all in the order they came", async () => {
  const pace = createPace();
  const began: number[] = [];
  let [busy, most] = [0, 0];
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      pace.take(async () => {
        began.push(index);
        busy += 1;
        most = Math.max(most, busy);
        await new Promise((resolve) => setImmediate(resolve));
        busy -= 1;
      }),
    ),
  );
  expect(began).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(most).toBe(2);
});

test("who builds is told when many wait", async () => {
  const pace = createPace();
  const told = await Promise.all(Array.from({ length: 8 }, () => pace.take((crowded) => Promise.resolve(crowded))));
  expect(told.slice(0, 4)).toContain(true);
  expect(told.slice(4)).toEqual([false, false, false, false]);
  expect(await pace.take((crowded) => Promise.resolve(crowded))).toBe(false);
});

test("what fails gives its place to the next", async () => {
  const pace = createPace();
  const failing = Array.from({ length: 5 }, () => pace.take(() => Promise.reject(new Error("no"))));
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
  expect(await pace.take(() => Promise.resolve("yes"))).toBe("yes");
});
