/** Mends what a check found; what cannot be mended is set aside as raw bytes, never deleted. No daemon may run. */
import { asBinary } from "lmdb";
import { crashPoint } from "../running/crash-points.ts";
import { mendAccount } from "./budgets.ts";
import type { Damage } from "./damage.ts";
import type { Tables } from "./open.ts";
import { tableOf } from "./table-of.ts";
import { readHead } from "./valid.ts";

/** @returns what was left as it is */
export function repairStore(tables: Tables, damages: readonly Damage[]): Damage[] {
  return damages.filter((damage) => !repair(tables, damage));
}

function repair(tables: Tables, damage: Damage): boolean {
  switch (damage.kind) {
    case "unreadable":
    case "not-understood":
      return setAside(tables, damage);
    case "index":
      tables.root.transactionSync(() => {
        if (damage.missing) tables.byState.putSync([damage.state, damage.id], true);
        else tables.byState.removeSync([damage.state, damage.id]);
      });
      return true;
    case "key":
      if (damage.missing) tables.keys.putSync(damage.key, damage.id);
      else tables.keys.removeSync(damage.key);
      return true;
    case "misplaced":
      move(tables, damage);
      return true;
    case "uses":
      writeUses(tables, damage);
      return true;
    case "text-uses":
      if (damage.uses === 0) tables.textUses.removeSync(damage.textsId);
      else tables.textUses.putSync(damage.textsId, damage.uses);
      return true;
    case "account":
      mendAccount(tables, damage.group, damage.account);
      return true;
    case "head":
      writeHead(tables, damage);
      return true;
    case "environment":
    case "texts":
    case "gap":
      return false;
  }
}

/** Where it belongs: the count of the environment taken last is in the head. */
function writeUses(tables: Tables, { envId, uses }: Extract<Damage, { kind: "uses" }>): void {
  const head = readHead(tables);
  if (typeof head === "object" && head.env?.id === envId)
    tables.root.putSync("head", { ...head, env: { id: envId, uses } });
  else if (uses === 0) tables.envUses.removeSync(envId);
  else tables.envUses.putSync(envId, uses);
}

function writeHead(tables: Tables, { head }: Extract<Damage, { kind: "head" }>): void {
  const known = readHead(tables);
  const env = typeof known === "object" ? known.env : undefined;
  tables.root.putSync("head", env === undefined ? head : { ...head, env });
}

function move(tables: Tables, { id, from }: Extract<Damage, { kind: "misplaced" }>): void {
  const [source, target] = [tableOf(tables, from), tableOf(tables, from === "live" ? "finished" : "live")];
  const bytes = source.getBinary(id);
  tables.root.transactionSync(() => {
    if (bytes !== undefined) target.putSync(id, asBinary(Buffer.from(bytes)));
    source.removeSync(id);
  });
}

/** Both in one transaction: the bytes are in one table or the other. */
function setAside(tables: Tables, { table, key, name }: Extract<Damage, { table: string }>): boolean {
  const bytes = tableOf(tables, table).getBinary(key);
  crashPoint("before-record-aside");
  tables.root.transactionSync(() => {
    if (bytes !== undefined) tables.setAside.putSync(name, Buffer.from(bytes));
    tableOf(tables, table).removeSync(key);
  });
  crashPoint("after-record-aside");
  return true;
}
