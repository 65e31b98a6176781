/** Runs the verbs of the palette: what they print in a line is a notice, what is longer a page of its own. */
import type { Notice } from "../view/footer.ts";
import { errorText } from "./errands.ts";
import { Output, type OutputState } from "./output.ts";
import { lineFor, ownsTerminal } from "./palette.ts";
import type { Shell, VerbRow } from "./source.ts";

type Ports = {
  shell: Shell | undefined;
  readOnly: boolean;
  changed(): void;
  say(text: string, style: Notice["style"]): void;
  hush(): void;
  /** Shows what is printed. */
  open(): void;
  lend(until: () => Promise<void>): void;
  width(): number;
};

export class ShellRunner {
  readonly #ports: Ports;
  readonly verbs: readonly VerbRow[];
  #output: Output | null = null;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.verbs = (ports.shell?.verbs ?? []).filter(({ reads }) => reads || !ports.readOnly);
  }

  get state(): OutputState | null {
    return this.#output?.state ?? null;
  }

  run({ verb, text }: { verb: VerbRow; text: string }, targets: readonly number[]): void {
    this.#start(verb, lineFor(text, verb, targets));
  }

  runVerb(name: string, targets: readonly number[]): void {
    const verb = this.verbs.find((one) => one.name === name);
    if (verb === undefined) return this.#ports.say(`Cannot ${name} here`, "warn");
    if (targets.length === 0) return this.#ports.say("There is no task to act on", "dim");
    this.#start(verb, lineFor(name, verb, targets));
  }

  /** Esc ends a verb that still runs. @returns whether it was for that */
  interrupt(page: string): boolean {
    if (page !== "output" || this.#output?.state.status !== "running") return false;
    this.#output.abort.abort();
    return true;
  }

  stop(): void {
    this.#output?.abort.abort();
  }

  #start(verb: VerbRow, line: readonly string[]): void {
    this.#output?.abort.abort();
    const output = new Output(line.join(" "));
    this.#output = output;
    this.#ports.say(`${line.join(" ")}…`, "dim");
    if (ownsTerminal(verb, line)) this.#ports.lend(() => this.#carry(output, line));
    else void this.#carry(output, line);
  }

  async #carry(output: Output, line: readonly string[]): Promise<void> {
    const { shell, width, changed } = this.#ports;
    let code = 0;
    try {
      const write = (text: string) => {
        output.write(text);
        if (output.state.lines.length > 1 && this.#output === output) this.#ports.open();
        changed();
      };
      code = (await shell?.run(line, { write, signal: output.abort.signal, width: width() })) ?? 0;
    } catch (error) {
      output.write(errorText(error));
      code = 1;
    }
    output.end(code);
    if (this.#output === output) this.#tell(output.state);
    changed();
  }

  #tell({ lines, code, title }: OutputState): void {
    if (lines.length > 1) return this.#ports.hush();
    const words = lines[0]?.text.map(({ text }) => text).join("") ?? "";
    this.#ports.say(words === "" ? `${title}: done` : words, code === 0 ? "good" : "bad");
  }
}
