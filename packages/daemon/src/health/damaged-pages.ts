/** Tells what LMDB says of damaged pages from bugs, while it lets the process live. */
import { ClaudineError } from "@claudine/protocol";

const OF_PAGES = /^MDB_(CORRUPTED|PAGE_NOTFOUND|BAD_TXN|CURSOR_FULL)\b/;

/** The error as a caller may be told of it; undefined when it is another one. */
export function damagedPages(error: unknown): ClaudineError | undefined {
  if (!(error instanceof Error) || !OF_PAGES.test(error.message)) return undefined;
  return new ClaudineError("storage", `Cannot read the store through: it has damaged pages (${error.message})`, {
    hint: "`claudine doctor --fix` copies what can be read into a new store and sets this one aside; tasks go on",
    cause: error,
  });
}
