/** Text that is handed on to processes. */
import * as z from "zod";

/** What a process cannot be given: its words end at a NUL, and half a character has no bytes. */
export const notGiven = (what: string, text: string): string | undefined => {
  if (text.includes("\0")) return `${what} holds no NUL`;
  return text.isWellFormed() ? undefined : `${what} holds no half of a character`;
};
export const given = (what: string) =>
  z.string().check((context) => {
    const message = notGiven(what, context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });
