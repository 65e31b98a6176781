import { expect, test } from "vitest";
import { createTraffic } from "./traffic.ts";

const MB = 2 ** 20;

test("all connections together hold no more than allowed, and give back what they held", () => {
  const traffic = createTraffic({ heldAtMost: 10, unreadAtMost: 100 * MB });
  const [a, b] = [traffic.open(), traffic.open()];
  expect(a.setHeld(6)).toBe(true);
  expect(b.setHeld(5)).toBe(false);
  expect(b.setHeld(4)).toBe(true);
  a.close();
  expect(b.setHeld(10)).toBe(true);
});

test("a client waits when it leaves much unread, or a little while all together leave too much", () => {
  const traffic = createTraffic({ heldAtMost: 0, unreadAtMost: 5 * MB });
  const [a, b, c] = [traffic.open(), traffic.open(), traffic.open()];
  a.setUnread(5 * MB);
  b.setUnread(MB);
  c.setUnread(100);
  expect([a, b, c].map((share) => share.isFull())).toEqual([true, true, false]);
  a.setUnread(0);
  expect([a, b, c].map((share) => share.isFull())).toEqual([false, false, false]);
});
