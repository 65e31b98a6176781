/** The language of the `/` filter: words that must all fit, text anywhere or ids, states, labels and groups. */
import type { Task } from "@claudine/protocol/task";
import { STATES } from "../theme.ts";

export type Filter = (task: Task) => boolean;

const IDS = /^\d+(-\d+)?(,\d+(-\d+)?)*$/;

/** Nothing to filter by gives undefined. */
export function parseFilter(text: string): Filter | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "!");
  if (words.length === 0) return undefined;
  const tests = words.map(parseWord);
  return (task) => tests.every((test) => test(task));
}

function parseWord(word: string): Filter {
  if (word.startsWith("!")) {
    const test = parseWord(word.slice(1));
    return (task) => !test(task);
  }
  const field = /^(label|group|state):(.*)$/.exec(word);
  if (field !== null) return byField(field[1] ?? "", field[2] ?? "");
  const text = byText(word);
  if (STATES.some((state) => state === word)) return (task) => task.status.state === word || text(task);
  return IDS.test(word) ? byIds(word, text) : text;
}

function byField(field: string, value: string): Filter {
  if (field === "state") return (task) => task.status.state.startsWith(value);
  if (field === "group") return (task) => task.group.toLowerCase().includes(value);
  return (task) => task.label?.toLowerCase().includes(value) ?? false;
}

function byText(word: string): Filter {
  return (task) => task.command.toLowerCase().includes(word) || (task.label?.toLowerCase().includes(word) ?? false);
}

/** A bare number is also text that may stand in a command. */
function byIds(word: string, text: Filter): Filter {
  const ranges = word.split(",").map((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return { from, to };
  });
  return (task) =>
    ranges.some(({ from, to }) => task.id >= from && task.id <= to) || (!/[,-]/.test(word) && text(task));
}
