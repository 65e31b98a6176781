/** What git said when it refused, as an error for people. */
import { ClaudineError, type ErrorCode } from "@claudine/protocol/errors";
import type { GitEnd } from "./run-git.ts";

type Row = { pattern: RegExp; code: ErrorCode; hint?: string };

const KNOWN: readonly Row[] = [
  {
    // Git does not always say why it could not write.
    pattern: /No space left on device|Disk quota exceeded|write failure|unable to write file|Out of diskspace/,
    code: "storage",
    hint: "Make room on the disk",
  },
  { pattern: /Read-only file system|Permission denied/, code: "permission" },
  { pattern: /not a git repository/i, code: "not_found", hint: "Run it in a folder of a git repository" },
  {
    pattern: /dubious ownership/,
    code: "permission",
    hint: "The repository belongs to another user: git config --global --add safe.directory says that this is right",
  },
];

/** The most telling line: git puts warnings and hints around it. */
export function refusalOf(args: readonly string[], { code, stderr }: Pick<GitEnd, "code" | "stderr">): ClaudineError {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((one) => /^(fatal|error): /.test(one)) ?? lines[0] ?? `it exited with ${code}`;
  const known = KNOWN.find(({ pattern }) => pattern.test(stderr));
  const why = line.replace(/^(fatal|error): /, "").trim();
  return new ClaudineError(known?.code ?? "wrong_state", `git ${subcommand(args)}: ${why}`, { hint: known?.hint });
}

function subcommand(args: readonly string[]): string {
  const at = args.findIndex((word, index) => !word.startsWith("-") && args[index - 1] !== "-c");
  const [name = "", next = ""] = args.slice(at);
  return name === "worktree" ? `${name} ${next}` : name;
}
