/** The version of what is stored: newer stores are refused, older ones are brought up to date. */
import { ClaudineError } from "@claudine/protocol";
import { crashPoint } from "../running/crash-points.ts";
import type { Tables } from "./open.ts";

/** Raised with every change of what is stored that an older version could not read; see docs/durability.md. */
export const SCHEMA = 4;

/** By the version they start from: each brings a store one version further, in one transaction. */
export type Migrations = Readonly<Record<number, (tables: Tables) => void>>;

type Meta = Tables["meta"];

/** The store's version; a new store gets the newest. @throws ClaudineError version_mismatch, storage; nothing is changed then */
export function checkSchema(meta: Meta, options: { path: string; create: boolean; newest: number }): number {
  const { path, create, newest } = options;
  const schema = meta.get("schema");
  if (schema === undefined && create) {
    crashPoint("before-schema-write");
    meta.putSync("schema", newest);
    crashPoint("after-schema-write");
    return newest;
  }
  if (typeof schema === "number" && schema >= 1 && schema <= newest) return schema;
  if (typeof schema === "number" && schema > newest) {
    throw new ClaudineError(
      "version_mismatch",
      `The store ${path} was written by a newer Claudine (schema ${schema}; this one knows ${newest})`,
      { hint: "Install the newer version again; nothing was changed" },
    );
  }
  throw new ClaudineError("storage", `${path} holds no store of Claudine`, { hint: "Nothing was changed" });
}

/** @throws ClaudineError version_mismatch when there is no way from that version */
export function migrate(
  tables: Tables,
  { from, to, migrations }: { from: number; to: number; migrations: Migrations },
): void {
  for (let schema = from; schema < to; schema += 1) {
    const step = migrations[schema];
    if (step === undefined)
      throw new ClaudineError("version_mismatch", `There is no way to bring a store from schema ${schema} to ${to}`);
    tables.root.transactionSync(() => {
      step(tables);
      tables.meta.putSync("schema", schema + 1);
    });
  }
}
