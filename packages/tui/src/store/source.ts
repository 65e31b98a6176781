/** What the screen needs of a connection to the daemon; the client library satisfies it. */
import type { Client } from "@claudine/client";

export type Source = Pick<Client, "call" | "events" | "onConnection">;

/** Time as a port, so that tests can turn it. */
export type Clock = {
  now(): number;
  /** @returns a function that calls it off */
  after(ms: number, run: () => void): () => void;
};

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A verb of the command line, as the palette needs to know it. */
export type VerbRow = {
  name: string;
  summary: string;
  /** Its words name tasks. */
  takesTasks: boolean;
  /** Changes nothing. */
  reads: boolean;
  /** Needs the terminal for itself, always or with one of these words, as for an editor. */
  ownsTerminal: boolean | readonly string[];
  /** Options that take the next word as their value. */
  valued?: readonly string[];
};

/** Runs verbs of the command line over the connection that the screen has. */
export type Shell = {
  verbs: readonly VerbRow[];
  /** @returns the exit code; what it prints goes to `write`, where not to the terminal */
  run(line: readonly string[], to: { write(text: string): void; signal: AbortSignal; width: number }): Promise<number>;
};

/** Steers what is being replayed. */
export type Recorder = {
  state(): RecorderState;
  seek(toMs: number): void;
  setSpeed(speed: number): void;
  setPlaying(playing: boolean): void;
};

export type RecorderState = {
  from: number;
  to: number;
  at: number;
  speed: number;
  playing: boolean;
  /** What is not known of that time, in words. */
  missing: string | null;
};
