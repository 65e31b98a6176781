/** docs/reference/config.md, from the configuration's schema. */
import { Config } from "@claudine/protocol";
import { formatBytes } from "@claudine/protocol/units";
import { type Field, fieldsOf, typeText } from "./json-schema.ts";
import { code, fence, page, table } from "./markdown.ts";
import { linkTo, schemaOf } from "./types.ts";

export function configPage(): string {
  const fields = configFields();
  return page(
    "Configuration",
    "`claudined` reads `$XDG_CONFIG_HOME/claudine/config.yaml` (`~/.config/claudine/config.yaml`; on macOS `~/Library/Application Support/claudine/config.yaml`) " +
      "when it starts. Without the file everything is as below. `claudine config path` says where it is looked for, " +
      "`claudine config check` checks it, `claudine config show` prints what is in force. An unknown option is refused. " +
      "`claudine daemon restart` puts changes in force; tasks go on.",
    table(
      ["Option", "Type", "Default", "Meaning"],
      fields.map((field) => [
        code(field.name),
        typeText(field.schema, linkTo),
        defaultText(field),
        field.schema.description ?? "",
      ]),
    ),
    "A duration is `90s`, `15m`, `1h30m` or `2d`; a bare number is seconds. The unit of other numbers is in the option's name or meaning.",
    "## All options with their defaults",
    fence("yaml", exampleYaml(fields)),
  );
}

/** Options that hold a value, not the groups they are in. */
function configFields(): Field[] {
  return fieldsOf(schemaOf(Config, "input")).filter(({ schema }) => schema.properties === undefined);
}

function defaultText({ name, schema }: Field): string {
  if (schema.fallback !== undefined) return code(schema.fallback);
  if (!("default" in schema)) return "";
  const value = code(JSON.stringify(schema.default));
  return name.endsWith("Bytes") ? `${value} (${formatBytes(Number(schema.default))})` : value;
}

/** The file that says what would be so without it. */
export function exampleYaml(fields: readonly Field[] = configFields()): string {
  const groups = new Set<string>();
  return fields
    .map(({ name, schema }) => {
      const path = name.split(".");
      const indent = "  ".repeat(path.length - 1);
      const value = valueText(schema);
      const heads = path.slice(0, -1).flatMap((group, depth) => {
        const prefix = path.slice(0, depth + 1).join(".");
        if (groups.has(prefix)) return [];
        groups.add(prefix);
        return [`${"  ".repeat(depth)}${isSet(fields, prefix) ? "" : "# "}${group}:\n`];
      });
      const line = `${indent}${value === undefined ? "# " : ""}${path.at(-1)}: ${value ?? "…"}\n`;
      return `${heads.join("")}${indent}# ${schema.description ?? ""}\n${line}`;
    })
    .join("\n");
}

/** A group of which nothing has a value would be none. */
function isSet(fields: readonly Field[], prefix: string): boolean {
  return fields.some(({ name, schema }) => name.startsWith(`${prefix}.`) && valueText(schema) !== undefined);
}

function valueText(schema: Field["schema"]): string | undefined {
  return schema.fallback ?? ("default" in schema ? JSON.stringify(schema.default).replaceAll('"', "") : undefined);
}
