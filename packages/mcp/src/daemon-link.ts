/** The connection to the daemon: made with the first call, and made anew, daemon and all, after it was lost. */
import { type Client, connect, type ConnectOptions } from "@claudine/client";

export type DaemonLink = {
  /** @throws ClaudineError unavailable, permission, what the daemon said when it did not start */
  client(): Promise<Client>;
  close(): void;
};

export function linkToDaemon(options: ConnectOptions): DaemonLink {
  const clients = new Set<Client>();
  let usable: Client | undefined;
  let making: Promise<Client> | undefined;
  const make = async (): Promise<Client> => {
    const client = await connect(options);
    clients.add(client);
    // Calls that wait on it go on with it; the next call starts a daemon if it has to, as every command does.
    client.onConnection(({ state }) => {
      if (state === "connected") usable ??= client;
      else if (usable === client) usable = undefined;
    });
    usable = client;
    return client;
  };
  return {
    client: async () => {
      if (usable !== undefined) return usable;
      making ??= make().finally(() => {
        making = undefined;
      });
      return making;
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}
