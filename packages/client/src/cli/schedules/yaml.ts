/** Reads YAML. A file of its own when built: it brings a package. */
import { parse } from "yaml";

export function parseYaml(content: string): { value: unknown } | { problem: string } {
  try {
    return { value: parse(content) };
  } catch (error) {
    // Also of what is well-formed and too much, as aliases of aliases are.
    return { problem: (error instanceof Error ? error.message.split("\n")[0] : undefined) ?? "it is not YAML" };
  }
}
