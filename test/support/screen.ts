/** A terminal that programs draw on: a pseudo-terminal by `script`, and an emulator that shows what a person would see. */
import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import xterm from "@xterm/headless";
import { onTestFinished } from "vitest";
import { type Env, signalIfThere } from "./home.ts";
import { until } from "./until.ts";

type Size = { columns: number; rows: number };
export type ScreenOptions = { env: Env; cwd: string; size?: Size };

/** util-linux's `script` can run a command on a terminal of its own. */
export const canOpenScreen =
  process.platform === "linux" &&
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

export class Screen {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  /** Everything the program wrote. */
  raw = "";
  #exit: number | undefined;

  constructor(command: readonly string[], { env, cwd, size = { columns: 80, rows: 24 } }: ScreenOptions) {
    const { columns: cols, rows } = size;
    this.#terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 100 });
    // The shell stays, so that what comes after the program is seen on the same screen.
    const line = `stty cols ${cols} rows ${rows}; echo "tty $(tty)"; ${command.map(quote).join(" ")}; echo "exit $?"`;
    this.#child = spawn("script", ["--quiet", "--flush", "--command", line, "/dev/null"], {
      cwd,
      env: { TERM: "xterm-256color", ...env },
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.raw += text;
      this.#terminal.write(text);
    });
    this.#child.stdin.on("error", () => {});
    // Not at "exit": what was written last may come after that.
    this.#child.once("close", () => {
      this.#exit = Number(/exit (\d+)/.exec(this.raw)?.[1] ?? -1);
    });
  }

  /** The rows as they are seen, without blanks at their ends. */
  rows(): string[] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? "").trimEnd(),
    );
  }

  text(): string {
    return this.rows().join("\n");
  }

  /** In which column of the terminal `text` stands in a row, counted in cells. */
  cellOf(row: number, text: string): number {
    const line = this.#terminal.buffer.active.getLine(this.#terminal.buffer.active.baseY + row);
    for (let column = 0; column < this.#terminal.cols; column += 1) {
      if (line?.translateToString(true, column).startsWith(text)) return column;
    }
    return -1;
  }

  /** Whether the cells of a row are drawn inverse. */
  isInverse(row: number): boolean {
    const line = this.#terminal.buffer.active.getLine(this.#terminal.buffer.active.baseY + row);
    return (line?.getCell(1)?.isInverse() ?? 0) !== 0;
  }

  get alternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** Types text or key sequences. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  resize({ columns, rows }: Size): void {
    this.#terminal.resize(columns, rows);
    const tty = /tty (\/dev\/\S+)/.exec(this.raw)?.[1] ?? "";
    execFileSync("stty", ["-F", tty, "cols", String(columns), "rows", String(rows)]);
  }

  /** The screen once it shows `wanted`. */
  async shows(wanted: string | RegExp): Promise<string> {
    return this.until(`the screen to show ${wanted}`, (text) =>
      typeof wanted === "string" ? text.includes(wanted) : wanted.test(text),
    );
  }

  async until(what: string, look: (text: string) => boolean): Promise<string> {
    try {
      return await until(what, () => (look(this.text()) ? this.text() : undefined));
    } catch (error) {
      throw new Error(`${String(error)}; it shows:\n${this.text()}`);
    }
  }

  /** The exit code of the program. */
  async ended(): Promise<number> {
    await until("the program on the screen to end", () => this.#exit !== undefined);
    // What it wrote last has to reach the emulator.
    await new Promise<void>((resolve) => {
      this.#terminal.write("", resolve);
    });
    return this.#exit ?? -1;
  }

  close(): void {
    signalIfThere(this.#child.pid ?? 0, "SIGKILL");
    this.#terminal.dispose();
  }
}

/** Opened for one test, and closed with it. */
export function openScreen(command: readonly string[], options: ScreenOptions): Screen {
  const screen = new Screen(command, options);
  onTestFinished(() => screen.close());
  return screen;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
