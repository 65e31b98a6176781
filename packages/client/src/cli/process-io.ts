/** The terminal, files and connection of this process, as verbs use them. Nothing is set up before it is needed. */
import { writeSync } from "node:fs";
import type { Paths } from "@claudine/protocol/paths";
import type { Client } from "../client.ts";
import { connect } from "../connect.ts";
import { localPaths } from "../local-paths.ts";
import type { ConnectChoice, Input, Io } from "./command.ts";
import { flag, text } from "./input.ts";
import { abortOnInterrupt } from "./interrupt.ts";

const NARROW = 80;

export class ProcessIo implements Io {
  readonly env = process.env;
  readonly #input: Input;
  #stdout: NodeJS.WriteStream | undefined;
  #stderr: NodeJS.WriteStream | undefined;
  #interrupt: AbortSignal | undefined;
  #client: Promise<Client> | undefined;

  constructor(input: Input) {
    this.#input = input;
  }

  /** Written at once where that goes: setting up the stream takes a millisecond. */
  out(text: string): void {
    const rest = this.#stdout === undefined ? writeNow(1, text) : text;
    if (rest.length > 0) this.#out().write(rest);
  }

  err(text: string): void {
    this.#err().write(text);
  }

  write(to: "stdout" | "stderr", bytes: string | Uint8Array): Promise<void> {
    const stream = to === "stdout" ? this.#out() : this.#err();
    return new Promise((resolve) => stream.write(bytes, () => resolve()));
  }

  async read(file: string): Promise<string> {
    const { readInput } = await import("./read-input.ts");
    return readInput(file);
  }

  get stdoutIsTty(): boolean {
    return this.#out().isTTY === true;
  }

  get stderrIsTty(): boolean {
    return this.#err().isTTY === true;
  }

  /** Without a terminal nothing is cut. */
  get width(): number {
    return this.stdoutIsTty ? this.#out().columns || NARROW : Number.POSITIVE_INFINITY;
  }

  get color(): boolean {
    if (flag(this.#input, "no-color") || (this.env["NO_COLOR"] ?? "") !== "") return false;
    return (this.env["FORCE_COLOR"] ?? "0") !== "0" || (this.stdoutIsTty && this.env["TERM"] !== "dumb");
  }

  get paths(): Paths {
    return localPaths(this.env, text(this.#input, "socket"));
  }

  interrupt(): AbortSignal {
    this.#interrupt ??= abortOnInterrupt();
    return this.#interrupt;
  }

  connect(choice: ConnectChoice = {}): Promise<Client> {
    const socket = text(this.#input, "socket");
    this.#client ??= connect({
      ...(socket === undefined ? {} : { socket }),
      autostart: choice.autostart !== false && !flag(this.#input, "no-autostart"),
      onSilent: () => void this.#tellSilent(),
    });
    return this.#client;
  }

  async #tellSilent(): Promise<void> {
    const { silentText } = await import("./silent-text.ts");
    this.err(silentText(this.paths));
  }

  /** Resolves when the readers of stdout and stderr have everything. */
  async drained(): Promise<void> {
    await Promise.all(
      [this.#stdout, this.#stderr].map(
        (stream) =>
          new Promise<void>((resolve) => {
            if (stream === undefined) resolve();
            // That a file did not take what was written comes a little later.
            else if (stream.writableLength === 0) setImmediate(resolve);
            else stream.write("", () => resolve());
          }),
      ),
    );
  }

  #out(): NodeJS.WriteStream {
    this.#stdout ??= watched(process.stdout);
    return this.#stdout;
  }

  #err(): NodeJS.WriteStream {
    this.#stderr ??= watched(process.stderr);
    return this.#stderr;
  }
}

/** @returns what a full pipe did not take */
function writeNow(file: number, text: string): Uint8Array {
  let bytes: Uint8Array = Buffer.from(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(file, bytes));
  } catch (error) {
    // The stream waits where the pipe is full.
    if (!(error instanceof Error) || !("code" in error) || error.code !== "EAGAIN") outputFailed(error);
  }
  return bytes;
}

/** With an end that says what is wrong when it cannot be written. */
export function watched(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on("error", outputFailed);
}

const OUTPUT_EXIT = 74;

/** A reader that has seen enough, as in `| head`, is no error. */
function outputFailed(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "EPIPE") process.exit(0);
  try {
    writeSync(2, `claudine: Cannot write the output: ${error instanceof Error ? error.message : String(error)}\n`);
  } catch {
    // It was stderr that failed.
  }
  process.exit(OUTPUT_EXIT);
}
