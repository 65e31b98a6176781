import type { SearchMatch } from "@claudine/protocol/search";
import { expect, test } from "vitest";
import { matchLine } from "./match-line.ts";

const match = (more: Partial<SearchMatch>): SearchMatch => ({
  id: 12,
  field: "output",
  attempt: 2,
  stream: "stderr",
  line: 345,
  offset: 0,
  text: "no error here",
  spans: [{ from: 3, to: 8 }],
  cut: { before: false, after: false },
  ...more,
});

test("says where it was found", () => {
  expect(matchLine(match({}), false)).toBe("12.2 stderr:345: no error here");
  expect(matchLine(match({ field: "label", attempt: null, stream: null }), false)).toBe("12 label: no error here");
});

test("colours what matches, all of it, and nothing else of the line does anything", () => {
  const text = "a\u001b[31mb\u0007 a";
  const spans = [
    { from: 0, to: 1 },
    { from: 9, to: 10 },
  ];
  expect(matchLine(match({ text, spans }), true)).toBe(
    "\u001b[1m12.2\u001b[0m \u001b[2mstderr:345:\u001b[0m \u001b[31ma\u001b[0m␛[31mb␇ \u001b[31ma\u001b[0m",
  );
});

test("shows that more of the line is there, and keeps a match without a character", () => {
  expect(
    matchLine(match({ text: "part", spans: [{ from: 0, to: 0 }], cut: { before: true, after: true } }), true),
  ).toContain("…part…");
});
