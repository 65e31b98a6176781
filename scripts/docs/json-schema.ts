/** Turns JSON schemas into words and table rows for people. */

/** The part of JSON Schema that the protocol's schemas use. */
export type Schema = {
  $ref?: string;
  $defs?: Readonly<Record<string, Schema>>;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  description?: string;
  default?: unknown;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  unit?: string;
  fallback?: string;
};

export type Field = { name: string; schema: Schema; required: boolean };

/** All fields of an object, those of objects inside it too: `tasks[].command`. */
export function fieldsOf(schema: Schema, prefix = ""): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    const required = schema.required?.includes(key) === true;
    return [{ name, schema: value, required }, ...innerFields(value, name)];
  });
}

function innerFields(schema: Schema, name: string): Field[] {
  if (schema.items !== undefined) return innerFields(schema.items, `${name}[]`);
  return fieldsOf(schema, `${name}.`);
}

export type LinkTo = (name: string) => string;

/** `integer, 0 to 511`, `list of Task`, `"a", "b" or "c"`. */
export function typeText(schema: Schema, linkTo: LinkTo): string {
  if (schema.$ref !== undefined) return linkTo(schema.$ref.split("/").at(-1) ?? "");
  if (schema.unit !== undefined) return schema.unit;
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) return [...new Set(parts.map((part) => typeText(part, linkTo)))].join(" or ");
  if (schema.allOf !== undefined) return schema.allOf.map((part) => typeText(part, linkTo)).join(" and ");
  if ("const" in schema) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  if (typeof schema.type === "object")
    return schema.type.map((type) => typeText({ ...schema, type }, linkTo)).join(" or ");
  return plainText(schema, linkTo);
}

function plainText(schema: Schema, linkTo: LinkTo): string {
  if (schema.type === "array") return listText(schema, linkTo);
  if (schema.type === "object") return objectText(schema, linkTo);
  if (schema.type === "integer" || schema.type === "number") return `${schema.type}${rangeText(schema)}`;
  if (schema.type === "string") return `text${lengthText(schema)}`;
  if (schema.type === "boolean") return "true or false";
  return schema.type === "null" ? "null" : "anything";
}

function objectText({ additionalProperties: values, properties }: Schema, linkTo: LinkTo): string {
  return typeof values === "object" && properties === undefined
    ? `object: name → ${typeText(values, linkTo)}`
    : "object";
}

function listText({ items = {}, minItems = 0, maxItems }: Schema, linkTo: LinkTo): string {
  const count =
    maxItems === undefined
      ? minItems > 0
        ? ` (at least ${minItems})`
        : ""
      : ` (${minItems === 0 ? "at most" : `${minItems} to`} ${maxItems})`;
  const inner = typeText(items, linkTo);
  return `list${count} of ${inner === "object" ? "objects" : inner}`;
}

function rangeText({ type, minimum, exclusiveMinimum, maximum }: Schema): string {
  const above = exclusiveMinimum !== undefined && type === "integer" ? exclusiveMinimum + 1 : undefined;
  const least = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? above : minimum;
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined) return ` (${least} to ${most})`;
  if (least !== undefined) return ` (at least ${least})`;
  return most === undefined ? "" : ` (at most ${most})`;
}

function lengthText({ minLength = 0, maxLength, pattern }: Schema): string {
  if (pattern !== undefined) return ` like \`${pattern}\``;
  if (maxLength !== undefined) return ` (${minLength === 0 ? "at most" : `${minLength} to`} ${maxLength} characters)`;
  return minLength > 0 ? " (not empty)" : "";
}
