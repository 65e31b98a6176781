import { expect, test } from "vitest";
import { csvLine } from "./csv.ts";

test("numbers and plain texts stay as they are, and what is not known is empty", () => {
  expect(csvLine([1, -2.5, "make all", null, ""])).toBe("1,-2.5,make all,,\r\n");
});

test("commas, quotes and line ends are quoted", () => {
  expect(csvLine(["a,b", 'say "hi"', "one\ntwo", "one\r\ntwo"])).toBe('"a,b","say ""hi""","one\ntwo","one\r\ntwo"\r\n');
});

test.for(["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "\tx"])("no spreadsheet takes %j for a formula", (text) => {
  expect(csvLine([text])).toBe(`'${text}\r\n`);
});

test("nor a formula that begins after a line end", () => {
  expect(csvLine(["\n=1+1"])).toBe(`"'\n=1+1"\r\n`);
});

test("a formula with quotes in it is both", () => {
  expect(csvLine(['=HYPERLINK("http://x","y")'])).toBe(`"'=HYPERLINK(""http://x"",""y"")"\r\n`);
});
