/** The cheap look for text that Node may have changed because it is not UTF-8. */

/** What Node puts in the place of bytes that are not UTF-8; it may also have been typed. */
const REPLACEMENT = "\uFFFD";

export function mayBeReplaced(text: string | undefined): boolean {
  return text?.includes(REPLACEMENT) === true;
}
