/** What a claudined that did not start said, read from the last line of its log. */

export type Refusal = { level: string; message: string; hint?: string; code: string };

export function refusalOf(log: string): Refusal {
  return JSON.parse(log.trimEnd().split("\n").at(-1) ?? "") as Refusal;
}
