/** docs/reference/methods.md, from the method table. */
import { METHODS } from "@claudine/protocol";
import { fieldsOf, type Schema, typeText } from "./json-schema.ts";
import { anchor, code, page, table } from "./markdown.ts";
import { fieldsTable, linkTo, schemaOf, typesText } from "./types.ts";

export function methodsPage(): string {
  const names = Object.keys(METHODS);
  return page(
    "Methods",
    "What the daemon can be asked over its socket: [JSON-RPC 2.0](https://www.jsonrpc.org/specification), one message per line. " +
      "[protocol.md](../protocol.md) shows a session by hand, [errors.md](errors.md) lists what can go wrong. " +
      "Parameters are given by name; unknown ones are refused. Times are epoch milliseconds.",
    names.map((name) => `- [${name}](#${anchor(name)})`).join("\n"),
    ...Object.entries(METHODS).map(([name, { about, params, result }]) =>
      methodText(name, about, [schemaOf(params, "input"), schemaOf(result, "output")]),
    ),
    "## Types",
    typesText(),
  );
}

function methodText(name: string, about: string, [params, result]: readonly [Schema, Schema]): string {
  const given = paramsTable(params);
  const received = fieldsTable(result);
  return [
    `## ${name}`,
    about,
    given === "" ? "No parameters." : `Parameters:\n\n${given}`,
    result.$ref === undefined
      ? received === ""
        ? "The result is an empty object."
        : `Result:\n\n${received}`
      : `The result is a ${typeText(result, linkTo)}.`,
  ].join("\n\n");
}

export function paramsTable(schema: Schema): string {
  return table(
    ["Parameter", "Type", "Default", "Meaning"],
    fieldsOf(schema).map(({ name, schema: field, required }) => [
      code(name),
      typeText(field, linkTo),
      "default" in field ? code(JSON.stringify(field.default)) : required ? "required" : "",
      field.description ?? "",
    ]),
  );
}
