/** Names of files as git gives them with `-z`: bytes, which latin1 holds one for one. */

export function wordsOf(list: Buffer): string[] {
  return list.toString("latin1").split("\0").slice(0, -1);
}

/** For `-z --stdin`. */
export function bytesOf(names: readonly string[]): Buffer {
  return Buffer.from(names.map((name) => `${name}\0`).join(""), "latin1");
}

/** For people. */
export function readable(name: string): string {
  return Buffer.from(name, "latin1").toString();
}

/** A folder, as text, and a name in it. */
export function pathOf(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, "latin1")]);
}
