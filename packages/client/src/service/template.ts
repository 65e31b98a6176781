/** Fills the service files' @WORDS@ and quotes what goes into them. */
import { ClaudineError } from "@claudine/protocol/errors";

/**
 * Replaces each `@WORD@` outside of comments. A line that is nothing but a word without text goes away; a word that has
 * no value is a mistake in the template.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .split("\n")
    .flatMap((line) => (line.startsWith("#") ? [line] : fillLine(line, values)))
    .join("\n");
}

function fillLine(line: string, values: Readonly<Record<string, string>>): string[] {
  const filled = line.replace(/@([A-Z_]+)@/g, (_match, word: string) => {
    const value = values[word];
    if (value === undefined) throw new TypeError(`no value for @${word}@ in ${line.trim()}`);
    return value;
  });
  return filled === "" && line !== "" ? [] : [filled];
}

/** One word of a systemd unit: specifiers (`%`) and escapes stay what they are. */
export function quoteUnitWord(word: string): string {
  refuseControls(word);
  return `"${word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
}

export function escapeXml(text: string): string {
  refuseControls(text);
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function refuseControls(text: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  if (!/[\u0000-\u001f\u007f]/.test(text)) return;
  throw new ClaudineError(
    "invalid_params",
    `Cannot write ${JSON.stringify(text)} into a service file: it holds a control character`,
    {
      hint: "Install Claudine in a folder whose name is plain text",
    },
  );
}
