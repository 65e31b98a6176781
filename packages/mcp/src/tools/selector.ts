/** The selector of tools that take several tasks. */
import { Selector } from "@claudine/protocol/params";

export const WORDS_MAX = 100;
/** So many tasks of an answer are shown. */
export const SHOWN_MAX = 50;

export const select = { selector: Selector.max(WORDS_MAX) };
