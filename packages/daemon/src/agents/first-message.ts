/** The first message of a session waits in a pipe until its tool reads it, so all of it has to fit in there. Pure. */

/** What a pipe holds on Linux before anybody reads. */
export const INPUT_BYTES = 65_536;
/** Of its text; the rest is for what its tool has around it, and for words between its parts. */
export const FIRST_BYTES = INPUT_BYTES - 2048;

/** In a line of JSON, where some characters take more. */
export function lineBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** In their order; without the oldest, and saying so, where there is no room for all. The newest is always there. */
export function newestOf(texts: readonly string[], { roomBytes, id }: { roomBytes: number; id: number }): string {
  let from = texts.length - 1;
  let room = roomBytes - lineBytes(texts[from] ?? "");
  for (; from > 0; from -= 1) {
    room -= lineBytes(texts[from - 1] ?? "");
    if (room < 0) break;
  }
  const left = texts.slice(0, from);
  return [...(left.length === 0 ? [] : [leftOut(left, id)]), ...texts.slice(from)].join("\n\n");
}

function leftOut(texts: readonly string[], id: number): string {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const what = texts.length === 1 ? "A text that was" : `${texts.length} texts that were`;
  const why = `left out here, as the first message of a session has no room for more (${bytes} bytes)`;
  return `[${what} said before this ${texts.length === 1 ? "is" : "are"} ${why}. \`claudine logs ${id} --feedback\` shows all of them.]`;
}
