/** Writes the completion script of fish. */
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
} from "./model.ts";

export function fishCompletion(commands: readonly Command[]): string {
  const all = contexts(commands);
  return `# fish completion for claudine. Load it with: claudine completion fish | source

# Prints the verb that the command line has so far, with its subcommand; then whether the words of another command
# begin; then those words.
function __claudine_read
    set -l words (commandline -opc)
    set -l path ""
    set -l rest no
    set -l index 2
    while test $index -le (count $words)
        set -l word $words[$index]
        set index (math $index + 1)
        switch $word
            case --
                set rest yes
                break
            case '-*'
                switch "$path $word"
${valueCases(all)}                        set index (math $index + 1)
                end
            case '*'
                switch "$path/$word"
${all.flatMap(nextCases).join("")}                    case '*'
                        contains -- $path ${all
                          .filter(({ rest }) => rest)
                          .map(({ path }) => path)
                          .join(" ")}
                        and set rest yes
                        and set index (math $index - 1)
                        and break
                end
        end
    end
    echo $path
    echo $rest
    string join \\n -- $words[$index..-1]
end

# Whether a word or option of the verb can stand here.
function __claudine_at
    set -l read (__claudine_read)
    test "$read[1]" = "$argv[1]" -a "$read[2]" = no
end

# Whether words of another command can stand here.
function __claudine_in
    set -l read (__claudine_read)
    test "$read[1]" = "$argv[1]" -a "$read[2]" = yes
    or begin
        test "$read[1]" = "$argv[1]"
        and not string match -q -- '-*' (commandline -ct)
    end
end

function __claudine_tasks
    command ${PRINT_IDS} 2>/dev/null
end

function __claudine_groups
    command ${PRINT_GROUPS} 2>/dev/null
end
function __claudine_schedules
    command ${PRINT_SCHEDULES} 2>/dev/null
end

# Completes the words after a verb that are a command line of their own.
function __claudine_command
    set -l read (__claudine_read)
    complete --do-complete=(string join " " -- (string escape -- $read[3..-1]) (commandline -ct))
end

complete -c claudine -f
${all.map(contextLines).join("")}`;
}

function valueCases(all: readonly Context[]): string {
  const words = all.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== undefined)
      .flatMap(({ long, short }) =>
        [long, short].flatMap((word) => (word === undefined ? [] : [quote(`${path} ${word}`)])),
      ),
  );
  return `                    case ${words.join(" ")}\n`;
}

function nextCases({ path, next }: Context): string[] {
  return next.map(
    (word) => `                    case ${quote(`${path}/${word.name}`)}
                        set path ${quote(word.path)}
`,
  );
}

function contextLines({ path, next, options, positional }: Context): string {
  const when = (condition: string) => `complete -c claudine -n ${quote(`${condition} ${quote(path)}`)}`;
  const at = when("__claudine_at");
  const lines = [
    ...next.map(({ name, describe }) => `${at} -a ${name} -d ${quote(describe)}`),
    ...options.map((option) => `${at} ${optionWords(option)}`),
  ];
  if (positional?.value.kind === "command") lines.push(`${when("__claudine_in")} -a '(__claudine_command)'`);
  else if (positional !== undefined) lines.push(...valueLines(positional.value).map((line) => `${at} ${line}`));
  return `\n${lines.map((line) => `${line}\n`).join("")}`;
}

function optionWords({ long, short, describe, value }: OptionWord): string {
  const names = `-l ${long.slice(2)}${short === undefined ? "" : ` -s ${short.slice(1)}`}`;
  const takes = value === undefined ? "" : ` -r ${optionValue(value)}`;
  return `${names}${takes} -d ${quote(describe)}`;
}

function optionValue(value: Value): string {
  switch (value.kind) {
    case "words":
      return `-f -a ${quote(value.words.join(" "))}`;
    case "list":
      return `-f -a ${quote(`(__fish_append , ${value.words.join(" ")})`)}`;
    case "file":
      return "-F";
    case "dir":
      return "-f -a '(__fish_complete_directories)'";
    case "task":
      return "-f -a '(__claudine_tasks)'";
    case "group":
      return "-f -a '(__claudine_groups)'";
    case "schedule":
      return "-f -a '(__claudine_schedules)'";
    case "command":
    case "text":
      return "-f";
  }
}

function valueLines(value: Value): string[] {
  switch (value.kind) {
    case "words":
    case "list":
      return [`-a ${quote(value.words.join(" "))}`];
    case "file":
      return ["-F"];
    case "dir":
      return ["-a '(__fish_complete_directories)'"];
    case "task":
      return [`-a ${quote(TASK_WORDS.join(" "))}`, "-a '(__claudine_tasks)'"];
    case "group":
      return ["-a '(__claudine_groups)'"];
    case "schedule":
      return ["-a '(__claudine_schedules)'"];
    case "command":
    case "text":
      return [];
  }
}

const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
