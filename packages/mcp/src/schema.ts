/** From the protocol's schemas to the JSON schemas that MCP clients show their models. */
import * as z from "zod";

export type JsonSchema = { type: "object"; [keyword: string]: unknown };

/** Of the arguments of a tool, with defaults left out as callers write them. */
export function jsonSchemaOf(params: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = withoutNoise(z.toJSONSchema(params, { io: "input", unrepresentable: "any" }));
  return { ...schema, type: "object" };
}

type Node = Record<string, unknown>;

/** The bounds of all integers say nothing, and every client pays for them with its model's attention. */
function withoutNoise(node: Node): Node {
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === "maximum" && value === Number.MAX_SAFE_INTEGER))
      .filter(([key, value]) => !(key === "minimum" && value === Number.MIN_SAFE_INTEGER))
      .map(([key, value]) => [key, cleaned(value)]),
  );
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  return typeof value === "object" && value !== null ? withoutNoise(value as Node) : value;
}
