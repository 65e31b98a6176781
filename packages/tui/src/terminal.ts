/** What the terminal can do, and leaving it as it was found on every way out. */

type Env = Readonly<Record<string, string | undefined>>;

/** ASCII only: the locale is not UTF-8, or the terminal has no such characters. */
export function wantsAscii(env: Env): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return !/utf-?8/i.test(locale) || isPoor(env);
}

/** `NO_COLOR` (any value but the empty one) or a terminal without colours. */
export function wantsColor(env: Env): boolean {
  return (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

function isPoor(env: Env): boolean {
  return env["TERM"] === "dumb" || env["TERM"] === "linux";
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
type EndSignal = keyof typeof SIGNALS;

/** How the screen ended: a code, or an error that nobody expected. */
export type Ending = { code: number } | { error: unknown };

/** Turns signals, a closed terminal and unexpected errors into one ending. @returns a function that stops listening */
export function listenForEnd(end: (ending: Ending) => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => end({ code: 128 + SIGNALS[signal as EndSignal] });
  const onError = (error: unknown) => end({ error });
  const onGone = () => end({ code: 128 + SIGNALS.SIGHUP });
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
  process.on("uncaughtException", onError);
  process.on("unhandledRejection", onError);
  process.stdout.on("error", onGone);
  process.stdin.on("error", onGone);
  process.stdin.on("end", onGone);
  return () => {
    for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
    process.off("uncaughtException", onError);
    process.off("unhandledRejection", onError);
    process.stdout.off("error", onGone);
    process.stdin.off("error", onGone);
    process.stdin.off("end", onGone);
  };
}

/** Stops the whole job as Ctrl-Z does everywhere; resolves when the shell continues it. */
export function stopUntilContinued(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGCONT", () => resolve());
    process.kill(0, "SIGTSTP");
  });
}

export const CLEAR_SCREEN = "\u001b[H\u001b[J";
