/** Goes through output line by line: leaves lines out, and says before each whose and of when it is. */
import { clock } from "./task-values.ts";

export type LineOptions = {
  /** Before each line. */
  prefix?: string | undefined;
  timestamps?: boolean | undefined;
  /** Only lines that it matches. */
  grep?: RegExp | undefined;
};

export type Lines = {
  /** @returns what of it is to be shown */
  take(bytes: Buffer, at: number | undefined): Buffer;
  /** What was held back. */
  end(): Buffer;
};

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Of a longer line the beginning decides whether it is shown; the rest goes the same way. */
const GREP_BYTES = 16_777_216;
const HELD_BYTES = 65_536;

/** Undefined where the bytes need not be looked at. */
export function lineFilter(options: LineOptions): Lines | undefined {
  const { prefix, timestamps, grep } = options;
  return prefix === undefined && timestamps !== true && grep === undefined ? undefined : createLines(options);
}

function createLines({ prefix, timestamps = false, grep }: LineOptions): Lines {
  const most = grep === undefined ? HELD_BYTES : GREP_BYTES;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let heldAt: number | undefined;
  /** What happens to the rest of a line that was too long to be held. */
  let rest: "undecided" | "shown" | "left out" = "undecided";

  const head = (at: number | undefined): string => (timestamps ? `${timeText(at)} ` : "") + (prefix ?? "");
  const isWanted = (line: Buffer): boolean => grep === undefined || isMatch(grep, line);
  const hold = (bytes: Buffer, at: number | undefined): void => {
    if (bytes.length === 0) return;
    held.push(bytes);
    heldBytes += bytes.length;
    heldAt = at;
  };
  const release = (): Buffer => {
    const [only] = held;
    const line = held.length === 1 && only !== undefined ? only : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return line;
  };
  /** A line, or as much as is held of one. */
  const decide = (at: number | undefined): Buffer[] => {
    const line = release();
    if (rest === "undecided") rest = isWanted(line) ? "shown" : "left out";
    else return rest === "shown" ? [line] : [];
    return rest === "shown" ? [Buffer.from(head(at)), line] : [];
  };
  const endLine = (at: number | undefined): Buffer[] => {
    const shown = decide(at);
    const isShown = rest === "shown";
    rest = "undecided";
    return isShown ? [...shown, Buffer.of(NEWLINE)] : [];
  };
  const takeLines = (bytes: Buffer, at: number | undefined): Buffer[] => {
    const shown: Buffer[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      hold(bytes.subarray(from, end), at);
      shown.push(...endLine(at));
      from = end + 1;
    }
    hold(bytes.subarray(from), at);
    while (heldBytes > most) shown.push(...tooLong(at));
    return shown;
  };
  /** Several tasks that write to one place would mix their lines: there a part is a line of its own. */
  const tooLong = (at: number | undefined): Buffer[] => {
    if (prefix === undefined || grep !== undefined) return decide(at);
    const line = release();
    hold(line.subarray(HELD_BYTES), at);
    return [Buffer.from(head(at)), line.subarray(0, HELD_BYTES), Buffer.of(NEWLINE)];
  };
  return {
    take: (bytes, at) => Buffer.concat(takeLines(bytes, at)),
    end: () =>
      Buffer.concat(heldBytes === 0 && rest !== "shown" ? [] : prefix === undefined ? decide(heldAt) : endLine(heldAt)),
  };
}

function isMatch(grep: RegExp, line: Buffer): boolean {
  const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
  return grep.test(line.toString("utf8", 0, end));
}

export type LineMatcher = {
  take(part: Buffer): void;
  /** Whether the line that ends here is one to show. */
  end(): boolean;
};

/** Tells of lines that come in parts, the same as would be shown. */
export function lineMatcher(grep: RegExp | undefined): LineMatcher {
  let held: Buffer[] = [];
  let heldBytes = 0;
  return {
    take(part) {
      if (grep === undefined || heldBytes > GREP_BYTES) return;
      held.push(part);
      heldBytes += part.length;
    },
    end() {
      const line = Buffer.concat(held);
      held = [];
      heldBytes = 0;
      return grep === undefined || isMatch(grep, line);
    },
  };
}

function timeText(at: number | undefined): string {
  if (at === undefined) return "-".padEnd(23);
  return `${clock(at)}.${String(at % 1000).padStart(3, "0")}`;
}
