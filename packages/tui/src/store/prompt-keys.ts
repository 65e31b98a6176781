/** What keys do while a question or an input stands at the foot of the screen. Pure. */
import { oneLine } from "@claudine/protocol/text";
import { KILL_MENU } from "../keys.ts";
import { suggestionsFor } from "./palette.ts";
import type { VerbRow } from "./source.ts";
import { chooseSort } from "./reduce-ui.ts";
import type { Prompt, UiState } from "./ui-state.ts";
import { cancelDeed, killDeed, sayDeed, type Deed } from "./verbs.ts";

/** Longer inputs are nobody's wish. */
const LONGEST_INPUT = 200;
/** What is said to an agent; longer texts come by files. */
const LONGEST_WORDS = 4000;

export type PromptAnswer = {
  ui: UiState;
  deed?: Deed;
  /** A verb of the palette, with what was typed. */
  run?: { verb: VerbRow; text: string };
  /** The key is left for the page. */
  pass?: true;
};

export function answerPrompt(ui: UiState, key: string, verbs: readonly VerbRow[]): PromptAnswer {
  const closed = { ...ui, prompt: null };
  switch (ui.prompt?.kind) {
    case "filter":
      return typeFilter(ui, key);
    case "sort":
      return { ui: chooseSort(ui, key) };
    case "kill": {
      const row = KILL_MENU.find((one) => one.key === key);
      return row === undefined ? { ui: closed } : { ui: closed, deed: killDeed(ui.prompt.ids, row.signal) };
    }
    case "cancel":
      return key === "y" ? { ui: closed, deed: cancelDeed(ui.prompt.ids) } : { ui: closed };
    case "say":
      return typeWords(ui, ui.prompt, key);
    case "palette":
      return typeLine(ui, ui.prompt, { key, verbs });
    case undefined:
      return { ui, pass: true };
  }
}

/** Text from the clipboard goes into an input and nowhere else: it must never press keys. */
export function pasteText(ui: UiState, text: string): UiState {
  const line = oneLine(text.trim());
  if (ui.prompt?.kind === "palette")
    return { ...ui, prompt: { ...ui.prompt, text: (ui.prompt.text + line).slice(0, LONGEST_INPUT), choice: 0 } };
  if (ui.prompt?.kind === "say")
    return { ...ui, prompt: { ...ui.prompt, text: (ui.prompt.text + line).slice(0, LONGEST_WORDS).toWellFormed() } };
  return ui.prompt?.kind === "filter" ? withFilter(ui, ui.filter + line) : ui;
}

function typeFilter(ui: UiState, key: string): PromptAnswer {
  switch (key) {
    case "return":
    case "tab":
      return { ui: { ...ui, prompt: null } };
    case "escape":
    case "ctrl+c":
      return { ui: { ...withFilter(ui, ""), prompt: null } };
    case "up":
    case "down":
    case "pageup":
    case "pagedown":
      return { ui, pass: true };
  }
  return { ui: withFilter(ui, edited(ui.filter, key)) };
}

/** Nothing is no message: it closes the input, as Esc does. */
function typeWords(ui: UiState, prompt: Extract<Prompt, { kind: "say" }>, key: string): PromptAnswer {
  const closed = { ...ui, prompt: null };
  switch (key) {
    case "escape":
    case "ctrl+c":
      return { ui: closed };
    case "return":
      return prompt.text.trim() === "" ? { ui: closed } : { ui: closed, deed: sayDeed(prompt) };
  }
  return { ui: { ...ui, prompt: { ...prompt, text: edited(prompt.text, key, LONGEST_WORDS) } } };
}

type Palette = Extract<Prompt, { kind: "palette" }>;

function typeLine(
  ui: UiState,
  prompt: Palette,
  { key, verbs }: { key: string; verbs: readonly VerbRow[] },
): PromptAnswer {
  const found = suggestionsFor(prompt.text, verbs);
  const chosen = found[prompt.choice];
  const ask = (change: Partial<Palette>): PromptAnswer => ({ ui: { ...ui, prompt: { ...prompt, ...change } } });
  switch (key) {
    case "escape":
    case "ctrl+c":
      return { ui: { ...ui, prompt: null } };
    case "up":
      return ask({ choice: Math.max(0, prompt.choice - 1) });
    case "down":
      return ask({ choice: Math.max(0, Math.min(found.length - 1, prompt.choice + 1)) });
    case "tab":
      return chosen === undefined ? { ui } : ask({ text: `${chosen.name} `, choice: 0 });
    case "return":
      if (chosen === undefined) return { ui };
      return { ui: { ...ui, prompt: null }, run: { verb: chosen, text: prompt.text } };
  }
  if (key === "backspace" && prompt.text === "") return { ui: { ...ui, prompt: null } };
  return ask({ text: edited(prompt.text, key), choice: 0 });
}

/** The text of an input after a key; keys that are no letters leave it. */
function edited(text: string, key: string, longest = LONGEST_INPUT): string {
  switch (key) {
    case "backspace":
    case "delete":
      return [...text].slice(0, -1).join("");
    case "ctrl+u":
      return "";
    case "ctrl+w":
      return text.replace(/\S*\s*$/, "");
    case "space":
      return `${text} `.slice(0, longest);
  }
  return [...key].length === 1 ? (text + oneLine(key)).slice(0, longest).toWellFormed() : text;
}

/** While the words change, the cursor stays at the top. */
function withFilter(ui: UiState, filter: string): UiState {
  return { ...ui, filter: filter.slice(0, LONGEST_INPUT), selected: null, cursor: 0 };
}
