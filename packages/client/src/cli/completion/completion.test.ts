/** The completion scripts in the shells they are for. A shell that is not installed is skipped. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../commands/index.ts";
import type { Command } from "../command.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { SAMPLE_COMMANDS } from "./sample-commands.ts";
import { zshCompletion } from "./zsh.ts";

/** The words that a shell offers for the last word of the command line. */
type Complete = (line: string) => string[];

let dir: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "complete-"));
  mkdirSync(join(dir, "folder"));
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "file.txt"), "");
  // Stands for the real program, which is asked for ids only.
  const claudine = join(dir, "bin/claudine");
  writeFileSync(
    claudine,
    `#!/bin/sh\nif [ "$*" = "list --quiet --no-autostart --limit 100" ]; then echo 12; echo 7; fi
if [ "$*" = "groups --quiet --no-autostart" ]; then echo gpu; echo default; fi\n`,
  );
  chmodSync(claudine, 0o755);
  env = { HOME: dir, TERM: "dumb", LC_ALL: "C", PATH: `${join(dir, "bin")}${delimiter}${process.env["PATH"]}` };
});
afterAll(() => rmSync(dir, { recursive: true }));

const shells: Record<
  string,
  { write: (commands: readonly Command[]) => string; complete: (script: string) => Complete }
> = {
  bash: { write: bashCompletion, complete: (script) => (line) => completeInBash(script, line) },
  zsh: { write: zshCompletion, complete: (script) => (line) => completeInZsh(script, line) },
  fish: { write: fishCompletion, complete: (script) => (line) => completeInFish(script, line) },
};

const STATES = [
  "all",
  "cancelled",
  "failed",
  "held",
  "last",
  "lost",
  "paused",
  "queued",
  "running",
  "skipped",
  "succeeded",
  "timed-out",
];

for (const [shell, { write, complete }] of Object.entries(shells)) {
  const missing = spawnSync(shell, ["--version"]).error !== undefined;
  const title = missing ? `${shell} (skipped: it is not installed)` : shell;
  describe.skipIf(missing)(`completion in ${title}`, () => {
    const offered: Complete = (line) => complete(write(SAMPLE_COMMANDS))(line).toSorted();

    it("accepts the script for all verbs without a word of complaint", () => {
      const script = join(dir, `all.${shell}`);
      writeFileSync(script, write(COMMANDS));
      const checked = spawnSync(shell, ["-n", script], { env, encoding: "utf8" });
      expect(checked.stderr + checked.stdout).toBe("");
      expect(checked.status).toBe(0);
    });

    it.each<[string, string[]]>([
      ["claudine ", ["add", "daemon", "kill", "send", "submit", "wait"]],
      ["claudine k", ["kill"]],
      ["claudine --json k", ["kill"]],
      ["claudine --socket /tmp/x k", ["kill"]],
      ["claudine --no-au", ["--no-autostart"]],
      ["claudine daemon st", ["status", "stop"]],
      ["claudine daemon stop --ki", ["--kill-tasks"]],
      ["claudine daemon status --ki", []],
      ["claudine kill --si", ["--signal"]],
      ["claudine kill --signal US", ["USR1", "USR2"]],
      ["claudine kill -s US", ["USR1", "USR2"]],
      ["claudine kill --sort ", ["age", "id"]],
      ["claudine kill --columns s", ["state"]],
      ["claudine kill -s INT 7 ", ["12", "7", ...STATES]],
      ["claudine kill ru", ["running"]],
      ["claudine wait 7 1", ["12"]],
      ["claudine daemon stop x", []],
      ["claudine wait --for ", ["finished", "running", "success"]],
      ["claudine submit --group g", ["gpu"]],
      ["claudine send 1", ["12"]],
      ["claudine submit --cwd f", ["folder"]],
      ["claudine submit --each-line f", ["file.txt", "folder"]],
      ["claudine add --la", ["--label"]],
      ["claudine submit -l x --hel", ["--held", "--help"]],
      ["claudine submit cat f", ["file.txt", "folder"]],
      ["claudine submit cat --la", []],
      ["claudine submit -l kill -- cat f", ["file.txt", "folder"]],
    ])("offers for '%s'", (line, words) => {
      expect(offered(line)).toEqual(words.toSorted());
    });

    it("offers programs where a command is due", () => {
      expect(offered("claudine submit claudin")).toContain("claudine");
      expect(offered("claudine submit -l x -- claudin")).toContain("claudine");
    });

    it("offers one more where several are joined by commas", () => {
      const words = offered("claudine kill -c id,a").map((word) => word.replace(/^id,/, ""));
      expect(words).toEqual(["age"]);
    });

    it("offers values after an equals sign", () => {
      const words = offered("claudine wait --for=s").map((word) => word.replace(/^--for=/, ""));
      expect(words).toEqual(["success"]);
    });
  });
}

function completeInBash(script: string, line: string): string[] {
  const program = `${script}
    set -- ${line
      .split(/(=)|\s+/)
      .filter((word) => word !== undefined)
      .map((word) => `'${word}'`)
      .join(" ")}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}
    _claudine claudine && printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ended = spawnSync("bash", ["--norc", "--noprofile", "-c", program], { cwd: dir, env, encoding: "utf8" });
  expect(ended.stderr).toBe("");
  return ended.stdout.split("\n").filter((word) => word !== "");
}

function completeInFish(script: string, line: string): string[] {
  const program = `${script}\ncomplete -C ${JSON.stringify(line)}`;
  const ended = spawnSync("fish", ["--no-config", "-c", program], { cwd: dir, env, encoding: "utf8" });
  expect(ended.stderr).toBe("");
  return ended.stdout.split("\n").flatMap((row) => {
    const word = row.split("\t")[0] ?? "";
    return word === "" ? [] : [word.replace(/\/$/, "")];
  });
}

/**
 * Completion of zsh works in its line editor alone, so a second zsh runs on a terminal of its own: the key Tab is
 * pressed there, and what would be offered is printed between two marks.
 */
function completeInZsh(script: string, line: string): string[] {
  writeFileSync(join(dir, "claudine.zsh"), script);
  writeFileSync(join(dir, "inner.zsh"), ZSH_INNER);
  const ended = spawnSync("zsh", ["-f", "-c", ZSH_OUTER, "zsh", line], {
    cwd: dir,
    env,
    encoding: "utf8",
    timeout: 120_000,
  });
  expect(ended.stderr).toBe("");
  expect(ended.stdout).toContain("END-OF-WORDS");
  return [
    ...new Set(
      ended.stdout
        .split(/\r?\n/)
        .flatMap((row) => (row.startsWith("WORD:") ? [row.slice(5).replace(/[/=]$/, "")] : [])),
    ),
  ];
}

const ZSH_INNER = String.raw`
PROMPT= RPROMPT= 
autoload -Uz compinit && compinit -u -D
source ./claudine.zsh
zstyle ':completion:*' verbose no
zstyle ':completion:*' menu no
compadd() {
  local -a found args
  args=("$@")
  # Called to fill an array, or to ask: not an offer.
  if [[ \${@[1,(i)(-|--)]} == *-[OAD]\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -A found "$@"
  local word; for word in $found; do print -r -- "WORD:$IPREFIX$word"; done
  builtin compadd "$@"
}
zle -C tell-word complete-word _main_complete
tell() { print; zle tell-word; print -r -- "END-OF-WORDS"; exit }
zle -N tell
bindkey '^I' tell
print -r -- READY
`.replaceAll("\\$", "$");

const ZSH_OUTER = String.raw`
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'source ./inner.zsh'
local got
zpty -r -m inner got '*READY*' || exit 1
zpty -w -n inner "$1"$'\t'
zpty -r -m inner got '*END-OF-WORDS*'
print -r -- $got
zpty -d inner
`;
