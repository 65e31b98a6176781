/** Addresses to serve on: those that only this machine reaches. */

/** `127.0.0.1:9464`, `localhost:9464`, `[::1]:9464`. Undefined when it is none. */
export function parseListen(text: string): { host: string; port: number } | undefined {
  const [, six, four, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text) ?? [];
  const [host, port] = [six ?? four, Number(digits)];
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
