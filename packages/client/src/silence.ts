/** Notices a daemon that holds the connection and says nothing: it hangs, was stopped, or has not come up. */

export type SilencePorts = {
  /** Asks for something that a daemon answers at once whatever it does. */
  ask(): void;
  /** It did not answer that. */
  silent(): void;
  /** It still has not. */
  giveUp(): void;
};

export type Silence = {
  /** An answer is waited for. */
  begin(): void;
  /** The daemon said something; `waiting`: other answers are still to come, and may take as long as they like. */
  heard(waiting: boolean): void;
  end(): void;
};

const ASK_AFTER_MS = 2000;
const SILENT_AFTER_MS = 3000;
/** Between two questions to a daemon that lets somebody wait. */
const AGAIN_MS = 60_000;

export function createSilence({ ask, silent, giveUp }: SilencePorts, giveUpMs: number): Silence {
  let timer: NodeJS.Timeout | undefined;
  // The socket keeps the process alive as long as an answer is to come.
  const next = (ms: number, step: () => void): void => {
    timer = setTimeout(step, ms).unref();
  };
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const watch = (ms: number): void =>
    next(ms, () => {
      ask();
      next(SILENT_AFTER_MS, () => {
        silent();
        next(giveUpMs, () => {
          end();
          giveUp();
        });
      });
    });
  return {
    begin: () => void (timer ?? watch(ASK_AFTER_MS)),
    heard(waiting) {
      end();
      if (waiting) watch(AGAIN_MS);
    },
    end,
  };
}
