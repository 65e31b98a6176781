/** The newest lines of a task's output, both streams in the order they came, counted from the first that was read. */
import { LogText, type LogLine, type Stream } from "./log-text.ts";

/** How many lines can be scrolled back. */
const LINES_KEPT = 2000;

export class LogBuffer {
  #lines: LogLine[] = [];
  #dropped = 0;
  #texts: Readonly<Record<Stream, LogText>> = { stdout: new LogText("stdout"), stderr: new LogText("stderr") };
  /** Output before the first line exists. */
  partial = false;

  push(stream: Stream, bytes: Uint8Array): void {
    for (const line of this.#texts[stream].push(bytes)) this.#lines.push(line);
    const excess = this.#lines.length - LINES_KEPT;
    if (excess < LINES_KEPT / 4) return;
    this.#lines = this.#lines.slice(excess);
    this.#dropped += excess;
    this.partial = true;
  }

  /** Output is left out here. */
  gap(stream: Stream, why: string): void {
    this.#texts = { ...this.#texts, [stream]: new LogText(stream) };
    this.#lines.push({ stream, text: [{ text: `[output left out here: ${why}]`, sgr: ["2"] }] });
  }

  /** Number of the first line there is, and of the one after the last. */
  get range(): { first: number; end: number } {
    return { first: this.#dropped, end: this.#dropped + this.#lines.length + this.#open().length };
  }

  /** The lines from number `from` up to but not `to`. */
  slice(from: number, to: number): LogLine[] {
    const start = Math.max(0, from - this.#dropped);
    const closed = this.#lines.slice(start, Math.max(0, to - this.#dropped));
    const room = to - from - closed.length;
    const openFrom = Math.max(0, start - this.#lines.length);
    return room > 0 ? [...closed, ...this.#open().slice(openFrom, openFrom + room)] : closed;
  }

  #open(): LogLine[] {
    return [this.#texts.stdout.open(), this.#texts.stderr.open()].filter((line) => line !== undefined);
  }
}
