/** `claudine top`: connects, opens the screen, and gives the terminal back on every way out. */
import { setFlagsFromString } from "node:v8";
import { connect, type Client } from "@claudine/client";
import { ClaudineError, ERRORS } from "@claudine/protocol/errors";
import { render, type Instance } from "ink";
import type { ReactNode } from "react";
import { App } from "./components/app.tsx";
import { SYSTEM_CLOCK, type Source } from "./store/source.ts";
import { TopStore, type Wish } from "./store/top-store.ts";
import { CLEAR_SCREEN, listenForEnd, stopUntilContinued, wantsAscii, wantsColor, type Ending } from "./terminal.ts";
import { lookOf, type Look } from "./theme.ts";
import type { Size } from "./view/layout.ts";

export type TopOptions = {
  /** Path of the socket; from the environment unless told. */
  socketPath?: string | undefined;
  /** Start the daemon when none runs (default). */
  autostart?: boolean | undefined;
  /** Colours; as `NO_COLOR` and the terminal say unless told. */
  color?: boolean | undefined;
  /** ASCII characters only; as the locale and the terminal say unless told. */
  ascii?: boolean | undefined;
};

/** Keys may draw more often than data, which the store paces. */
const MAX_FPS = 30;

/** Shows the screen until the person leaves it. @returns the exit code; errors have been told on stderr */
export async function runTop(options: TopOptions = {}): Promise<number> {
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    return tell(
      new ClaudineError("invalid_params", "Cannot show top: it needs a terminal for input and output", {
        hint: "Use `claudine list`, or `claudine list --json` in a script",
      }),
    );
  }
  // Each frame leaves a little garbage; without this V8 answers with a young generation of tens of megabytes.
  setFlagsFromString("--semi-space-growth-factor=1");
  try {
    const client = await connectFrom(options);
    try {
      return await showScreen(client, lookFrom(options));
    } finally {
      client.close();
    }
  } catch (error) {
    return tell(error);
  }
}

function connectFrom({ socketPath, autostart }: TopOptions): Promise<Client> {
  return connect({
    ...(socketPath === undefined ? {} : { socket: socketPath }),
    ...(autostart === undefined ? {} : { autostart }),
  });
}

function lookFrom({ color, ascii }: TopOptions): Look {
  return lookOf({ color: (color ?? true) && wantsColor(process.env), ascii: ascii ?? wantsAscii(process.env) });
}

async function showScreen(source: Source, look: Look): Promise<number> {
  let end: (ending: Ending) => void = () => {};
  const promise = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const wishes: { suspend?: () => void } = {};
  const store = new TopStore({
    source,
    clock: SYSTEM_CLOCK,
    look,
    size: sizeNow(),
    wish: (wish) => grant(wish, wishes, end),
  });
  const stopListening = listenForEnd(end);
  const app = (
    <App
      store={store}
      look={look}
      onReady={(suspend) => {
        wishes.suspend = () => void suspend(stopUntilContinued);
      }}
    />
  );
  const screen = render(app, {
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    isScreenReaderEnabled: false,
    maxFps: MAX_FPS,
  });
  const onResize = () => redraw(screen, store, app);
  // Before Ink's own listener, which draws at once.
  process.stdout.prependListener("resize", onResize);
  store.start();
  // Ink ends by itself when drawing fails.
  screen.waitUntilExit().then(
    () => end({ code: 0 }),
    (error: unknown) => end({ error }),
  );
  const ending = await promise;
  store.stop();
  process.stdout.off("resize", onResize);
  screen.unmount();
  stopListening();
  if ("error" in ending) throw ending.error;
  return ending.code;
}

function grant(wish: Wish, wishes: { suspend?: () => void }, end: (ending: Ending) => void): void {
  switch (wish.kind) {
    case "quit":
      return end({ code: wish.code });
    case "suspend":
      return wishes.suspend?.();
    case "redraw":
      process.stdout.emit("resize");
  }
}

/** Nothing that stands on the screen is relied on: terminals move it in their own ways when their size changes. */
function redraw(screen: Instance, store: TopStore, app: ReactNode): void {
  process.stdout.write(CLEAR_SCREEN);
  screen.clear();
  store.resize(sizeNow());
  // Lets React finish before Ink draws.
  screen.rerender(app);
}

function sizeNow(): Size {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}

function tell(error: unknown): number {
  const known = error instanceof ClaudineError;
  const text = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`claudine: ${text}\n${known && error.hint !== undefined ? `  hint: ${error.hint}\n` : ""}`);
  return ERRORS[known ? error.code : "internal"].exit;
}
