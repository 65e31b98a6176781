/** The limits of providers of agents: in `meta`, as there are never many. */
import { AgentLimit } from "@claudine/protocol";
import type { Tables } from "./open.ts";

const PREFIX = "limit/";

export function limitKey(agent: string): string {
  return PREFIX + agent;
}

/** One that cannot be read is left out: whoever comes first meets it again. */
export function readLimits({ meta }: Pick<Tables, "meta">, onUnreadable: (key: string) => void): AgentLimit[] {
  return [...meta.getKeys({ start: PREFIX, end: `${PREFIX}\uffff` })].flatMap((key) => {
    const limit = readLimit(meta, key);
    if (limit === undefined) onUnreadable(`meta/${key}`);
    return limit ?? [];
  });
}

function readLimit(meta: Tables["meta"], key: string): AgentLimit | undefined {
  try {
    return AgentLimit.safeParse(meta.get(key)).data;
  } catch {
    return undefined;
  }
}
