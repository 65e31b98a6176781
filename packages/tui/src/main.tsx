/** `claudine top`: connects, opens the screen, and gives the terminal back on every way out. */
import { connect, type Client } from "@claudine/client";
import { ClaudineError, ERRORS } from "@claudine/protocol/errors";
import { render, type Instance } from "ink";
import type { ReactNode } from "react";
import { App } from "./components/app.tsx";
import { keepHeapSmall } from "./heap.ts";
import type { TopOptions } from "./options.ts";
import { plainFrame } from "./plain.ts";
import { readPast } from "./replay/past.ts";
import { Replay } from "./replay/replay.ts";
import { seenFile } from "./seen-file.ts";
import { SYSTEM_CLOCK, type Source } from "./store/source.ts";
import type { Wish } from "./store/acting.ts";
import { TopStore, type StorePorts } from "./store/top-store.ts";
import { CLEAR_SCREEN, listenForEnd, stopUntilContinued, wantsAscii, wantsColor, type Ending } from "./terminal.ts";
import { lookOf, type Look } from "./theme.ts";
import type { Size } from "./view/layout.ts";

export type { TopOptions } from "./options.ts";

/** Keys may draw more often than data, which the store paces. */
const MAX_FPS = 30;
/** Lines of a frame that goes into no terminal. */
const PLAIN_ROWS = 60;

type Ports = Omit<StorePorts, "wish">;

/** Shows the screen until the person leaves it. @returns the exit code; errors have been told on stderr */
export async function runTop(options: TopOptions = {}): Promise<number> {
  if (options.plain !== true && (!process.stdout.isTTY || !process.stdin.isTTY)) {
    return tell(
      new ClaudineError("invalid_params", "Cannot show top: it needs a terminal for input and output", {
        hint: "Use `claudine top --plain`, `claudine list`, or `claudine list --json` in a script",
      }),
    );
  }
  const endKeeping = keepHeapSmall();
  try {
    const client = await connectFrom(options);
    try {
      return await show(client, options);
    } finally {
      client.close();
    }
  } catch (error) {
    return tell(error);
  } finally {
    endKeeping();
  }
}

async function show(client: Client, options: TopOptions): Promise<number> {
  const replay = options.replay === undefined ? undefined : await openReplay(client, options.replay);
  const look = lookFrom(options);
  const ports: Ports = {
    ...(replay === undefined
      ? { source: client, clock: SYSTEM_CLOCK }
      : { source: replay, clock: replay.clock, wall: SYSTEM_CLOCK, recorder: replay }),
    look,
    size: sizeNow(options),
    first: {
      filter: options.filter ?? "",
      group: options.group ?? null,
      readOnly: options.readOnly === true || replay !== undefined,
    },
    ...(options.shell === undefined ? {} : { shell: options.shell }),
    ...(options.seenFile === undefined || options.readOnly || replay ? {} : { seen: seenFile(options.seenFile) }),
  };
  try {
    if (options.plain !== true) return await showScreen(ports, look);
    process.stdout.write(await plainFrame(ports));
    return 0;
  } finally {
    replay?.stop();
  }
}

async function openReplay(source: Source, { from, to, ...how }: NonNullable<TopOptions["replay"]>): Promise<Replay> {
  const range = { from, to };
  const past = await readPast(source, range, tellReading);
  tellReading(1, 1);
  return new Replay({ source, wall: SYSTEM_CLOCK, past }, { range, ...how });
}

/** Before the screen opens, where somebody sees it; all of it takes the line away again. */
function tellReading(read: number, all: number): void {
  if (!process.stderr.isTTY) return;
  const share = Math.floor((read / Math.max(1, all)) * 100);
  process.stderr.write(read < all ? `\rReading the journal: ${share}%` : "\r\u001b[K");
}

function connectFrom({ socketPath, autostart }: TopOptions): Promise<Client> {
  return connect({
    ...(socketPath === undefined ? {} : { socket: socketPath }),
    ...(autostart === undefined ? {} : { autostart }),
  });
}

function lookFrom({ color, ascii, plain }: TopOptions): Look {
  const { env } = process;
  return lookOf({
    color: (color ?? true) && wantsColor(env),
    ascii: ascii ?? wantsAscii(env),
    bare: plain === true,
  });
}

async function showScreen(ports: Ports, look: Look): Promise<number> {
  let end: (ending: Ending) => void = () => {};
  const promise = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const terminal: Terminal = {};
  const store = new TopStore({ ...ports, wish: (wish) => grant(wish, terminal, end) });
  const stopListening = listenForEnd(end);
  const app = (
    <App
      store={store}
      look={look}
      onReady={(suspend) => {
        terminal.lend = (until) => void suspend(until);
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
  const endWatching = watchSize(() => redraw(screen, store, app));
  store.start();
  // Ink ends by itself when drawing fails.
  screen.waitUntilExit().then(
    () => end({ code: 0 }),
    (error: unknown) => end({ error }),
  );
  const ending = await promise;
  endWatching();
  screen.unmount();
  await Promise.race([store.stop(), afterAWhile()]);
  stopListening();
  if (store.undone !== null) process.stderr.write(`claudine: Nothing was removed. ${store.undone}\n`);
  if ("error" in ending) throw ending.error;
  return ending.code;
}

/** Who leaves is not kept by a daemon that does not answer. */
const LEAVE_MS = 2000;

function afterAWhile(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LEAVE_MS).unref();
  });
}

type Terminal = { lend?: (until: () => Promise<void>) => void };

function grant(wish: Wish, terminal: Terminal, end: (ending: Ending) => void): void {
  switch (wish.kind) {
    case "quit":
      return end({ code: wish.code });
    case "suspend":
      return terminal.lend?.(stopUntilContinued);
    case "lend":
      return terminal.lend?.(wish.until);
    case "redraw":
      process.stdout.emit("resize");
  }
}

/**
 * A size that came and went before anybody looked is no "resize" to Node, and yet the terminal may have cut the screen:
 * the signal itself counts, too. @returns a function that stops watching
 */
function watchSize(changed: () => void): () => void {
  let told = false;
  const onResize = () => {
    told = true;
    changed();
  };
  const onSignal = () =>
    void setImmediate(() => {
      // Ink listens to the event as well.
      if (!told) process.stdout.emit("resize");
      told = false;
    });
  // Before Ink's own listener, which draws at once.
  process.stdout.prependListener("resize", onResize);
  process.on("SIGWINCH", onSignal);
  return () => {
    process.stdout.off("resize", onResize);
    process.off("SIGWINCH", onSignal);
  };
}

/** Nothing that stands on the screen is relied on: terminals move it in their own ways when their size changes. */
function redraw(screen: Instance, store: TopStore, app: ReactNode): void {
  process.stdout.write(CLEAR_SCREEN);
  screen.clear();
  store.resize(sizeNow({}));
  // Lets React finish before Ink draws.
  screen.rerender(app);
}

/** A frame without a terminal is as wide as the environment says. */
function sizeNow({ plain }: TopOptions): Size {
  const told = (name: string, fallback: number) => Number(process.env[name]) || fallback;
  const columns = process.stdout.columns || told("COLUMNS", plain === true ? 120 : 80);
  const rows = process.stdout.rows || told("LINES", plain === true ? PLAIN_ROWS : 24);
  return { columns, rows };
}

function tell(error: unknown): number {
  const known = error instanceof ClaudineError;
  const text = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`claudine: ${text}\n${known && error.hint !== undefined ? `  hint: ${error.hint}\n` : ""}`);
  return ERRORS[known ? error.code : "internal"].exit;
}
