/** The system's words for an error of its own. */
import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";

const NUMBERS: Readonly<Record<string, number>> = constants.errno;

/** `read-only file system` for `EROFS`; what is no name of an error stays as it is. */
export function errnoText(errno: string): string {
  const number = NUMBERS[errno];
  return number === undefined ? errno : (getSystemErrorMap().get(-number)?.[1] ?? errno);
}
