/** The connection to the daemon: made with the first call, and made anew, daemon and all, after it was lost. */
import { type Client, connect, type ConnectOptions } from "@claudine/client";

export type DaemonLink = {
  /** @throws ClaudineError unavailable, permission, what the daemon said when it did not start */
  client(): Promise<Client>;
  close(): void;
};

export function linkToDaemon(options: ConnectOptions): DaemonLink {
  let current: Promise<Client> | undefined;
  const clients = new Set<Client>();
  const make = async (): Promise<Client> => {
    const client = await connect(options);
    clients.add(client);
    // Calls that wait on this one go on with it; the next call starts a daemon if it has to, as every command does.
    client.onConnection(({ state }) => {
      if (state === "lost" && current === made) current = undefined;
    });
    return client;
  };
  let made: Promise<Client> | undefined;
  return {
    client() {
      if (current !== undefined) return current;
      made = make();
      current = made;
      made.catch(() => {
        if (current === made) current = undefined;
      });
      return made;
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}
