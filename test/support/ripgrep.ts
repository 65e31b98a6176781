/** Where ripgrep is, for tests that compare with it; CI installs it. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Undefined where it is not installed. */
export const ripgrep: string | undefined = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "rg"))
  .find((program) => existsSync(program));
