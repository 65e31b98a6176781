/** What a verb of the palette prints, line by line and safe to show. */
import { LogText, type LogLine } from "./log-text.ts";

export type OutputState = {
  title: string;
  lines: readonly LogLine[];
  status: "running" | "ended";
  code: number | null;
};

const LINES_KEPT = 5000;

export class Output {
  readonly #title: string;
  readonly #text = new LogText("stdout");
  #lines: LogLine[] = [];
  #code: number | null = null;
  readonly abort = new AbortController();

  constructor(title: string) {
    this.#title = title;
  }

  write(text: string): void {
    this.#lines.push(...this.#text.push(Buffer.from(text)));
    if (this.#lines.length > LINES_KEPT) this.#lines = this.#lines.slice(-LINES_KEPT);
  }

  end(code: number): void {
    this.#code = code;
  }

  get state(): OutputState {
    const open = this.#text.open();
    return {
      title: this.#title,
      lines: open === undefined ? this.#lines : [...this.#lines, open],
      status: this.#code === null ? "running" : "ended",
      code: this.#code,
    };
  }
}
