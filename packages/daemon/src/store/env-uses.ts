/** Counts the tasks and schedules of each environment, which goes with the last one. The count of the one taken last is in the head. */
import type { Tables } from "./open.ts";
import type { EnvRecord } from "../environment/env-record.ts";
import type { Batch } from "./commit.ts";
import type { EnvUse } from "./records.ts";
import { readHead, readUses } from "./valid.ts";

export type UsesChange = {
  /** To be stored with the head. */
  latest: EnvUse | undefined;
  /** In the transaction. */
  write(): void;
  /** When it is durable. */
  done(): void;
};

export type EnvUses = (batch: Pick<Batch, "changes" | "schedules"> & { envs: readonly EnvRecord[] }) => UsesChange;

export function createEnvUses(tables: Tables): EnvUses {
  const head = readHead(tables);
  let latest = typeof head === "object" ? head.env : undefined;
  return ({ changes, schedules, envs }) => {
    const known = latest;
    const owners = [...changes.values(), ...ownersOf(schedules)];
    const uses = usesAfter(owners, (envId) => (known?.id === envId ? known.uses : usesNow(tables, envId)));
    if (known !== undefined && !uses.has(known.id)) uses.set(known.id, known.uses);
    const next = [known?.id, ...envs.map(({ id }) => id)].findLast((id) => id !== undefined && (uses.get(id) ?? 0) > 0);
    const change = next === undefined ? undefined : { id: next, uses: uses.get(next) ?? 0 };
    return {
      latest: change,
      write() {
        for (const [id, count] of uses) if (id !== next) writeUses(tables, id, count);
        if (next !== undefined && next !== known?.id) void tables.envUses.remove(next);
        for (const env of envs) {
          if ((uses.get(env.id) ?? 0) > 0 && !tables.envs.doesExist(env.id)) void tables.envs.put(env.id, env);
        }
      },
      done() {
        latest = change;
      },
    };
  };
}

type Owner = { envId: string } | undefined;
type OwnerChange = { before: Owner; after: Owner };

function ownersOf({ schedules }: Batch["schedules"]): OwnerChange[] {
  return [...schedules.values()].map(({ before, after }) => ({ before: before?.spec.task, after: after?.spec.task }));
}

/** Of each environment that a change takes or leaves. */
function usesAfter(
  changes: readonly OwnerChange[],
  usesOf: (envId: string) => number | undefined,
): Map<string, number> {
  const uses = new Map<string, number>();
  const add = (envId: string, more: number) => {
    const now = uses.get(envId) ?? usesOf(envId);
    if (now !== undefined) uses.set(envId, now + more);
  };
  for (const { before, after } of changes) {
    if (before?.envId === after?.envId) continue;
    if (after !== undefined) add(after.envId, 1);
    if (before !== undefined) add(before.envId, -1);
  }
  return uses;
}

/** Undefined for one whose count was lost with a damaged page: it is kept for good, until a repair has counted anew. */
function usesNow(tables: Tables, envId: string): number | undefined {
  // The snapshot of this turn may be older than the last commit.
  tables.root.resetReadTxn();
  return readUses(tables, envId) ?? (tables.envs.doesExist(envId) ? undefined : 0);
}

function writeUses(tables: Tables, envId: string, count: number): void {
  if (count > 0) return void tables.envUses.put(envId, count);
  void tables.envUses.remove(envId);
  void tables.envs.remove(envId);
}
