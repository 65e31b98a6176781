/** Writes the completion script of bash. Runs with bash 3.2 and without the package bash-completion. */
import type { Command } from "../command.ts";
import { type Context, contexts, PRINT_GROUPS, PRINT_IDS, PRINT_SCHEDULES, TASK_WORDS, type Value } from "./model.ts";

export function bashCompletion(commands: readonly Command[]): string {
  const all = contexts(commands);
  return `${HEAD}
_claudine_context() {
  case $1 in
${all.map(contextCase).join("")}  esac
}

# The kind of the value that option $2 takes after the verb $1; none for a switch.
_claudine_value() {
  case "$1 $2" in
${valueCases(all)}  esac
}

# Where the word $2 leads after the verb $1.
_claudine_next() {
  case "$1/$2" in
${all.flatMap(nextCases).join("")}    *) return 1 ;;
  esac
}
${body()}`;
}

function contextCase({ path, next, options, positional, rest }: Context): string {
  const words = options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
  return `    "${path}")
      subs="${next.map(({ name }) => name).join(" ")}"
      opts="${words.join(" ")}"
      positional="${positional === undefined ? "" : kindOf(positional.value)}" many="${positional?.many === true ? "yes" : ""}" rest="${rest ? "yes" : ""}" ;;
`;
}

function valueCases(all: readonly Context[]): string {
  const patterns = new Map<string, string[]>();
  for (const { path, options } of all) {
    for (const { long, short, value } of options) {
      if (value === undefined) continue;
      const kind = kindOf(value);
      patterns.set(kind, [
        ...(patterns.get(kind) ?? []),
        ...[long, short].flatMap((word) => (word === undefined ? [] : [`"${path} ${word}"`])),
      ]);
    }
  }
  return [...patterns].map(([kind, list]) => `    ${list.join("|")}) kind="${kind}" ;;\n`).join("");
}

function nextCases({ path, next }: Context): string[] {
  return next.map((word) => `    "${path}/${word.name}") path="${word.path}" ;;\n`);
}

function kindOf(value: Value): string {
  return "words" in value ? `${value.kind} ${value.words.join(" ")}` : value.kind;
}

const HEAD = `# bash completion for claudine. Load it with: source <(claudine completion bash)

# What can stand after the verb $1: sets subs, opts, positional, many and rest.`;

function body(): string {
  return `
# One more of the words $1, after those that stand there already with their commas.
_claudine_list() {
  local before="" word
  case $cur in
    *,*) before=\${cur%,*}, ;;
  esac
  compopt -o nospace 2>/dev/null
  for word in $(compgen -W "$1" -- "\${cur##*,}"); do
    case ,$before in
      *,$word,*) ;;
      *) COMPREPLY+=("$before$word") ;;
    esac
  done
}

_claudine_complete_value() {
  case $1 in
    words*) COMPREPLY=($(compgen -W "\${1#words }" -- "$cur")) ;;
    list*) _claudine_list "\${1#list }" ;;
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
    dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")) ;;
    task) COMPREPLY=($(compgen -W "${TASK_WORDS.join(" ")} $(command ${PRINT_IDS} 2>/dev/null)" -- "$cur")) ;;
    group) COMPREPLY=($(compgen -W "$(command ${PRINT_GROUPS} 2>/dev/null)" -- "$cur")) ;;
    schedule) COMPREPLY=($(compgen -W "$(command ${PRINT_SCHEDULES} 2>/dev/null)" -- "$cur")) ;;
    *) COMPREPLY=() ;;
  esac
}

# The words from number $1 on are a command line of their own.
_claudine_command() {
  if declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset "$1"
  elif declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif [ "$COMP_CWORD" -eq "$1" ]; then
    COMPREPLY=($(compgen -c -- "$cur"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}

_claudine() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} path="" kind="" dashes="" words="" i=1 word
  local subs opts positional many rest
  COMPREPLY=()
  _claudine_context ""
  while [ "$i" -lt "$COMP_CWORD" ]; do
    word=\${COMP_WORDS[i]}
    i=$((i + 1))
    # An equals sign is a word of its own: --name = value.
    if [ "$word" = "=" ]; then continue; fi
    if [ -n "$kind" ]; then kind=""; continue; fi
    if [ "$word" = "--" ]; then dashes=yes; break; fi
    case $word in
      -*) _claudine_value "$path" "$word"; continue ;;
    esac
    if [ -n "$subs" ] && _claudine_next "$path" "$word"; then
      _claudine_context "$path"
    elif [ -n "$rest" ]; then
      _claudine_command "$((i - 1))"; return
    else
      words=$((words + 1))
    fi
  done
  if [ "$cur" = "=" ]; then cur=""; fi
  if [ -n "$kind" ]; then _claudine_complete_value "$kind"; return; fi
  if [ -n "$dashes" ] && [ -n "$rest" ]; then _claudine_command "$i"; return; fi
  case $cur in
    -*) if [ -z "$dashes" ]; then COMPREPLY=($(compgen -W "$opts" -- "$cur")); return; fi ;;
  esac
  if [ -n "$subs" ]; then COMPREPLY=($(compgen -W "$subs" -- "$cur"))
  elif [ -n "$rest" ]; then _claudine_command "$COMP_CWORD"
  elif [ -n "$many" ] || [ -z "$words" ]; then _claudine_complete_value "$positional"
  fi
}

complete -F _claudine claudine
`;
}
