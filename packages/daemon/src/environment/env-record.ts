/** How an environment is kept. */

/** An environment: plain values, and the secret ones sealed under the key `keyId`. */
export type EnvRecord = {
  id: string;
  plain: Record<string, string>;
  sealed: { keyId: string; names: string[]; iv: Buffer; tag: Buffer; data: Buffer } | null;
};
