/** The generated pages, by their path in the repository. */
import { cliPage } from "./cli-page.ts";
import { configPage } from "./config-page.ts";
import { errorsPage } from "./errors-page.ts";
import { eventsPage } from "./events-page.ts";
import { mcpPage } from "./mcp-page.ts";
import { methodsPage } from "./methods-page.ts";
import { topKeysPage } from "./top-keys-page.ts";

export const PAGES: Readonly<Record<string, () => string>> = {
  "docs/reference/cli.md": cliPage,
  "docs/reference/config.md": configPage,
  "docs/reference/errors.md": errorsPage,
  "docs/reference/events.md": eventsPage,
  "docs/reference/mcp.md": mcpPage,
  "docs/reference/methods.md": methodsPage,
  "docs/reference/top-keys.md": topKeysPage,
};
