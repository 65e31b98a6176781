/** Connects to the daemon and starts it when none runs. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { MethodName, ParamsIn, Result } from "@claudine/protocol/methods";
import type { CallOptions, Client, EventBatch, EventsOptions } from "./client.ts";
import { ConnectionLost } from "./connection.ts";
import { Link } from "./link.ts";
import { localPaths } from "./local-paths.ts";
import { REPEATABLE } from "./repeatable.ts";

export type ConnectOptions = {
  /** Path of the socket; from the environment unless told. */
  socket?: string;
  /** Start the daemon when nothing listens (default). */
  autostart?: boolean;
  /** The environment that says where things live; the process's own unless told. */
  env?: NodeJS.ProcessEnv;
  /** How long a lost daemon is waited for before calls fail (30 s). */
  reconnectMs?: number;
  /** Told when the daemon takes the connection and has not answered for some seconds. */
  onSilent?: () => void;
  /** How long after that a call fails with `unavailable` (10 s); `task.wait` goes on. */
  giveUpMs?: number;
};

const RECONNECT_MS = 30_000;

/**
 * A client that is connected.
 * @throws ClaudineError unavailable when no daemon runs and none could be started; permission when the socket is somebody else's;
 * what the daemon itself said when it refused to start, as config_invalid
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const env = options.env ?? process.env;
  const link = new Link({
    paths: localPaths(env, options.socket),
    env,
    autostart: options.autostart ?? true,
    reconnectMs: options.reconnectMs ?? RECONNECT_MS,
    onSilent: options.onSilent,
    giveUpMs: options.giveUpMs,
  });
  await link.connected(true);
  return {
    call: (method, params, callOptions) => call(link, { method, params }, callOptions),
    events: (eventsOptions) => eventsOf(link, eventsOptions),
    onConnection: (listener) => link.onChange(listener),
    close: () => link.close(),
  };
}

/** Loaded when it is asked for: most clients make one call and end. */
async function* eventsOf(link: Link, options: EventsOptions | undefined): AsyncGenerator<EventBatch, void, undefined> {
  const { eventBatches } = await import("./events.ts");
  yield* eventBatches(link, options);
}

type Request<M extends MethodName> = { method: M; params: ParamsIn<M> };

async function call<M extends MethodName>(
  link: Link,
  request: Request<M>,
  options: CallOptions = {},
): Promise<Result<M>> {
  const repeatable = REPEATABLE[request.method];
  for (;;) {
    const connection = await link.connected(!repeatable, options.signal);
    try {
      return (await connection.request(request.method, request.params, options.signal)) as Result<M>;
    } catch (error) {
      if (error instanceof ClaudineError && error.code === "shutting_down") {
        // Refused, so nothing happened; the next daemon takes it.
        await connection.ended;
      } else if (!(error instanceof ConnectionLost)) {
        throw error;
      } else if (!repeatable && !error.unsent) {
        throw unknownOutcome(request.method, error);
      }
      if (link.closed)
        throw new ClaudineError("unavailable", `Cannot finish ${request.method}: this client was closed`);
    }
  }
}

function unknownOutcome(method: MethodName, cause: ConnectionLost): ClaudineError {
  return new ClaudineError(
    "unavailable",
    `Cannot tell whether ${method} happened: the daemon went away before it answered`,
    {
      cause,
      hint: "Look with claudine list before you repeat it",
    },
  );
}
