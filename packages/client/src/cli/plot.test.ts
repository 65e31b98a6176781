import { expect, test } from "vitest";
import { plot, wantsAscii, type PlotOptions } from "./plot.ts";

const options: PlotOptions = {
  width: 18,
  height: 2,
  ascii: false,
  text: (value) => `${value}%`,
  time: (ms) => `${ms / 1000}s`,
};
const ramp = Array.from({ length: 11 }, (_, index) => ({ at: index * 1000, value: index * 10 }));

test("figures over time, the highest at the top", () => {
  const lines = plot(ramp, options);
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^ 100% │ +[▁▂▃▄▅▆▇█]+█$/u);
  expect(lines[2]).toMatch(/^ {3}0% └─+$/u);
  expect(lines[3]).toMatch(/^ +0 +10s$/);
});

test("the same with ASCII only", () => {
  const text = plot(ramp, { ...options, ascii: true }).join("\n");
  expect(text).toMatch(/^[\n\u0020-\u007e]*$/);
  expect(text).toContain("#");
});

test("a short peak is seen among many points, and what is little is not nothing", () => {
  const points = Array.from({ length: 1000 }, (_, at) => ({ at, value: at === 500 ? 1000 : 1 }));
  const lines = plot(points, options);
  expect(lines[0]).toContain("█");
  expect(lines[1]?.match(/▁/gu)?.length).toBeGreaterThan(5);
});

test("nothing, a single point and zeros are no trouble", () => {
  expect(plot([], options)).toEqual([]);
  expect(plot([{ at: 5, value: 0 }], options)).toHaveLength(4);
});

test("a locale that is not UTF-8 gets ASCII", () => {
  expect([{ LANG: "C" }, { LC_ALL: "en_US.ISO-8859-1", LANG: "de_DE.UTF-8" }].map(wantsAscii)).toEqual([true, true]);
  expect([{}, { LANG: "en_US.UTF-8" }, { LC_ALL: "", LC_CTYPE: "C.utf8" }].map(wantsAscii)).toEqual([
    false,
    false,
    false,
  ]);
});
