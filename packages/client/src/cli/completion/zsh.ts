/** Writes the completion script of zsh, on top of its own `_arguments`. */
import type { Command } from "../command.ts";
import {
  type Context,
  contexts,
  type OptionWord,
  PRINT_GROUPS,
  PRINT_IDS,
  PRINT_SCHEDULES,
  TASK_WORDS,
  type Value,
  type Word,
} from "./model.ts";

export function zshCompletion(commands: readonly Command[]): string {
  return `#compdef claudine
# zsh completion for claudine. Load it with: source <(claudine completion zsh)

_claudine_tasks() {
  local -a ids states
  ids=(\${(f)"$(command ${PRINT_IDS} 2>/dev/null)"})
  states=(${TASK_WORDS.join(" ")})
  _describe -t tasks task ids
  _describe -t states state states
}

_claudine_groups() {
  local -a groups
  groups=(\${(f)"$(command ${PRINT_GROUPS} 2>/dev/null)"})
  _describe -t groups group groups
}
_claudine_schedules() {
  local -a schedules
  schedules=(\${(f)"$(command ${PRINT_SCHEDULES} 2>/dev/null)"})
  _describe -t schedules schedule schedules
}
${contexts(commands).map(contextFunction).join("")}
if [ "\${funcstack[1]}" = "_claudine" ]; then
  _claudine "$@"
else
  compdef _claudine claudine
fi
`;
}

function contextFunction(context: Context): string {
  const { path, next, options, positional, rest } = context;
  const specs = options.map((option) => optionSpec(option));
  const stop = next.length > 0 || rest ? "-A '-*' " : "";
  if (next.length > 0) specs.push(quote("1: :->verb"), quote("*:: :->words"));
  else if (positional !== undefined) specs.push(...positionalSpecs(positional));
  const head = `
${functionName(path)}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -s -S ${stop}-C \\
    ${specs.join(" \\\n    ")}
`;
  return `${head}${next.length > 0 ? dispatch(next) : ""}}
`;
}

function dispatch(next: Context["next"]): string {
  return `  case $state in
    verb)
      local -a verbs
      verbs=(
${next.map(({ name, describe }) => `        ${quote(`${name}:${describe}`)}\n`).join("")}      )
      _describe -t verbs verb verbs ;;
    words)
      case $line[1] in
${next.map(({ name, path }) => `        ${name}) ${functionName(path)} ;;\n`).join("")}      esac ;;
  esac
`;
}

function positionalSpecs(positional: Word & { value: Value; many: boolean }): string[] {
  if (positional.value.kind === "command") {
    return [quote("(-)1:command: _command_names -e"), quote("*::arguments: _normal")];
  }
  const place = positional.many ? "*" : "1";
  return [quote(`${place}:${noColon(positional.name)}:${action(positional.value)}`)];
}

/** `'(-l --label)'{-l+,--label=}'[words]:TEXT:'` */
function optionSpec({ long, short, describe, value, arg, repeats }: OptionWord): string {
  const words = `[${describe.replaceAll("\\", "\\\\").replaceAll("[", "\\[").replaceAll("]", "\\]")}]`;
  const tail = value === undefined ? words : `${words}:${noColon(arg)}:${action(value)}`;
  const longForm = value === undefined ? long : `${long}=`;
  if (short === undefined) return quote(`${repeats ? "*" : ""}${longForm}${tail}`);
  const shortForm = value === undefined ? short : `${short}+`;
  return `${quote(repeats ? "*" : `(${short} ${long})`)}{${shortForm},${longForm}}${quote(tail)}`;
}

function action(value: Value): string {
  switch (value.kind) {
    case "words":
      return `(${value.words.join(" ")})`;
    case "list":
      return `_values -s , column ${value.words.join(" ")}`;
    case "file":
      return "_files";
    case "dir":
      return "_files -/";
    case "task":
      return "_claudine_tasks";
    case "group":
      return "_claudine_groups";
    case "schedule":
      return "_claudine_schedules";
    case "command":
    case "text":
      return " ";
  }
}

const functionName = (path: string) => (path === "" ? "_claudine" : `_claudine_${path.replaceAll(/[^a-z0-9]/gi, "_")}`);
const noColon = (text: string) => text.replaceAll(":", "\\:");
const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
