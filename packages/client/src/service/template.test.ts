import { describe, expect, it } from "vitest";
import { escapeXml, fillTemplate, quoteUnitWord } from "./template.ts";

describe("fillTemplate", () => {
  it("fills words outside of comments and drops a line that comes out empty", () => {
    expect(fillTemplate("# about @A@\na=@A@ @B@\n\n@B@\nend\n", { A: "$&", B: "" })).toBe(
      "# about @A@\na=$& \n\nend\n",
    );
  });

  it("takes a word without a value for a mistake", () => {
    expect(() => fillTemplate("x=@TYPO@\n", {})).toThrow("no value for @TYPO@ in x=@TYPO@");
  });
});

describe("quoting", () => {
  it("keeps what systemd would read as an escape or a specifier", () => {
    expect(quoteUnitWord(String.raw`/a "b"\c 100%h`)).toBe(String.raw`"/a \"b\"\\c 100%%h"`);
  });

  it.each([quoteUnitWord, escapeXml])("refuses control characters", (quote) => {
    expect(() => quote("/a\nExecStartPre=rm")).toThrow(/Cannot write "\/a\\nExecStartPre=rm" into a service file/);
  });
});
