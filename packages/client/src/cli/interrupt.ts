/** Ctrl-C as an abort signal, for verbs that leave something running. */

/** The person pressed Ctrl-C. The message says what goes on without the client. */
export class Interrupted extends Error {
  constructor(message = "") {
    super(message);
    this.name = "Interrupted";
  }
}

export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.on("SIGINT", () => {
    // The second one means: now.
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted());
  });
  return controller.signal;
}
