/** What the command line tells the screen. */
import type { Shell } from "./store/source.ts";

export type TopOptions = {
  /** Path of the socket; from the environment unless told. */
  socketPath?: string | undefined;
  /** Start the daemon when none runs (default). */
  autostart?: boolean | undefined;
  /** Colours; as `NO_COLOR` and the terminal say unless told. */
  color?: boolean | undefined;
  /** ASCII characters only; as the locale and the terminal say unless told. */
  ascii?: boolean | undefined;
  /** Nothing can be changed from the screen. */
  readOnly?: boolean | undefined;
  filter?: string | undefined;
  group?: string | undefined;
  /** One frame as text. */
  plain?: boolean | undefined;
  /** The past instead of the present, from `at` on. */
  replay?: { from: number; to: number; at: number; speed: number; playing: boolean } | undefined;
  /** Where it is kept which failures were seen. */
  seenFile?: string | undefined;
  /** Runs the verbs of the palette. */
  shell?: Shell | undefined;
};
