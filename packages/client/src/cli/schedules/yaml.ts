/** Reads YAML. A file of its own when built: it brings a package. */
import { parse, YAMLParseError } from "yaml";

export function parseYaml(content: string): { value: unknown } | { problem: string } {
  try {
    return { value: parse(content) };
  } catch (error) {
    if (error instanceof YAMLParseError) return { problem: error.message.split("\n")[0] ?? "it is not YAML" };
    throw error;
  }
}
