/** Versions of tools, as they print them. */

/** The first thing that looks like one: `2.1.197`, `2026.01.28`. */
export function versionIn(text: string): string | undefined {
  return /\b\d{1,6}\.\d{1,6}\.\d{1,6}\b/.exec(text.slice(0, 2000))?.[0];
}

export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => text.split(".").map(Number);
  const [a, b] = [numbers(version), numbers(than)];
  const at = b.findIndex((number, index) => number !== a[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}
