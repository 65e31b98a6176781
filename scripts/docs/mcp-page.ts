/** docs/reference/mcp.md, from the table of the tools of `claudine mcp`. */
import { RESOURCE_TEMPLATES } from "../../packages/mcp/src/resources.ts";
import type { Tool } from "../../packages/mcp/src/tool.ts";
import { TOOLS } from "../../packages/mcp/src/tools/index.ts";
import { anchor, code, page, table } from "./markdown.ts";
import { paramsTable } from "./methods-page.ts";
import { schemaOf } from "./types.ts";

export function mcpPage(): string {
  return page(
    "MCP tools and resources",
    "What `claudine mcp` offers to clients of the Model Context Protocol; [mcp.md](../mcp.md) says how to use it. Schemas and descriptions " +
      "come from the [methods](methods.md) that the tools are made from.",
    table(
      ["Tool", "Made from", "", "Hints"],
      TOOLS.map((tool) => [
        `[${tool.name}](#${anchor(tool.name)})`,
        `[${tool.method}](methods.md#${anchor(tool.method)})`,
        tool.title,
        hintsOf(tool),
      ]),
    ),
    ...TOOLS.map(toolText),
    "## Resources",
    table(
      ["URI", "Content"],
      RESOURCE_TEMPLATES.map(({ uriTemplate, description }) => [code(uriTemplate), description ?? ""]),
    ),
    "The list of resources has the output of the newest tasks that have run.",
  );
}

function toolText({ name, description, params }: Tool): string {
  return [`## ${name}`, description, `Arguments:\n\n${paramsTable(schemaOf(params, "input"))}`].join("\n\n");
}

function hintsOf({ annotations }: Tool): string {
  return Object.entries(annotations)
    .flatMap(([name, value]) => (value === true ? [code(name)] : []))
    .join(", ");
}
