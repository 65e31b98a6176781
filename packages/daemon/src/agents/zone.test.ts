import { expect, test } from "vitest";
import { zoneOf } from "./zone.ts";

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

test.for([
  [{ TZ: "America/New_York" }, "America/New_York"],
  [{ TZ: ":Europe/Berlin" }, "Europe/Berlin"],
  [{ TZ: "" }, own],
  [{}, own],
  [{ TZ: "CET-1CEST,M3.5.0,M10.5.0/3" }, own],
  [{ TZ: "/etc/localtime" }, own],
] as const)("%j", ([env, expected]) => {
  expect(zoneOf(env)).toBe(expected);
});
