/** A program on a terminal of its own, by `script`: what it writes, and when. Linux only. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { childPids } from "./process-figures.ts";

/** Begins a frame that the terminal shows as a whole. */
const FRAME = "\u001b[?2026h";

export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #wake: () => void = () => {};
  bytes = 0;
  frames = 0;

  constructor(command: readonly string[], options: { env: NodeJS.ProcessEnv; columns: number; rows: number }) {
    const { env, columns, rows } = options;
    const line = `stty cols ${columns} rows ${rows}; exec ${command.map((word) => `'${word}'`).join(" ")}`;
    this.#child = spawn("script", ["--quiet", "--flush", "--command", line, "/dev/null"], { env });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.frames += chunk.toString("latin1").split(FRAME).length - 1;
      this.#wake();
    });
    this.#child.stdin.on("error", () => {});
  }

  /** The program itself: the innermost process. */
  get pid(): number {
    let pid = this.#child.pid ?? 0;
    for (let [child] = childPids(pid); child !== undefined; [child] = childPids(pid)) pid = child;
    return pid;
  }

  /** How long it takes from a key to the next thing that is written. */
  async press(key: string): Promise<number> {
    const startedAt = performance.now();
    const written = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#child.stdin.write(key);
    await written;
    return performance.now() - startedAt;
  }

  async end(key: string): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.write(key);
    await closed;
  }
}
