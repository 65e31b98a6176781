/** The protocol's named types: shown once, and linked to from wherever they occur. */
import * as protocol from "@claudine/protocol";
import * as z from "zod";
import { fieldsOf, type LinkTo, type Schema, typeText } from "./json-schema.ts";
import { anchor, code, table } from "./markdown.ts";

const NAMED = {
  TaskInfo: protocol.TaskInfo,
  RunInfo: protocol.RunInfo,
  Artifact: protocol.Artifact,
  SearchMatch: protocol.SearchMatch,
  SearchProblem: protocol.SearchProblem,
  TaskState: protocol.TaskState,
  Usage: protocol.Usage,
  Run: protocol.Run,
  Task: protocol.Task,
  Status: protocol.Status,
  LiveRun: protocol.LiveRun,
  Stopping: protocol.Stopping,
  StopCause: protocol.StopCause,
  HoldWhy: protocol.HoldWhy,
  Outcome: protocol.Outcome,
  ProcessIdentity: protocol.ProcessIdentity,
  TaskSpec: protocol.TaskSpec,
  ScheduleInfo: protocol.ScheduleInfo,
  ScheduleSpec: protocol.ScheduleSpec,
  When: protocol.When,
  Firing: protocol.Firing,
  StateCounts: protocol.StateCounts,
  Group: protocol.Group,
  HostSample: protocol.HostSample,
  LiveUsage: protocol.LiveUsage,
  TaskEvent: protocol.TaskEvent,
} as const;

/** A name makes the converter refer to a type instead of repeating it. */
function nameTypes(): void {
  for (const [id, schema] of Object.entries(NAMED)) {
    if (z.globalRegistry.get(schema)?.id === undefined)
      z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
}

/** @param io what is sent, with defaults left out, or what is received */
export function schemaOf(schema: z.ZodType, io: "input" | "output"): Schema {
  nameTypes();
  return z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Schema;
}

export const linkTo: LinkTo = (name) =>
  name === "TaskEvent" ? "[TaskEvent](events.md)" : `[${name}](methods.md#${anchor(name)})`;

export function typesText(): string {
  const shown = Object.entries(NAMED).filter(([name]) => name !== "TaskEvent");
  return shown
    .map(([name, schema]) => `### ${name}\n\n${typeBody(definitionOf(name, schemaOf(schema, "output")))}`)
    .join("\n\n");
}

/** A named type may come out as a reference to itself. */
function definitionOf(name: string, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (schema.$defs?.[name] ?? schema);
}

function typeBody(schema: Schema): string {
  const about = schema.description === undefined ? "" : `${schema.description}.`;
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) {
    return [about, "One of:", ...mergeVariants(variants).map((variant) => fieldsTable(variant))]
      .filter((block) => block !== "")
      .join("\n\n");
  }
  const fields = fieldsTable(schema);
  return [about, fields === "" ? typeText(schema, linkTo) : fields].filter((block) => block !== "").join("\n\n");
}

/** Members of a union that differ in nothing but their name are shown once, with all their names. */
function mergeVariants(variants: readonly Schema[]): Schema[] {
  const merged = new Map<string, Schema>();
  for (const variant of variants) {
    const [[tag, named] = ["", {}], ...others] = Object.entries(variant.properties ?? {});
    const same = JSON.stringify(others);
    const names = [...(merged.get(same)?.properties?.[tag]?.enum ?? []), named.const];
    merged.set(same, { ...variant, properties: { [tag]: { enum: names }, ...Object.fromEntries(others) } });
  }
  return [...merged.values()];
}

/** Of what is received: every field is there unless it says otherwise. */
export function fieldsTable(schema: Schema): string {
  return table(
    ["Field", "Type", "Meaning"],
    fieldsOf(schema).map((field) => [
      code(field.name),
      `${typeText(field.schema, linkTo)}${field.required ? "" : ", may be missing"}`,
      field.schema.description ?? "",
    ]),
  );
}
