/** What keys do while a question or an input stands at the foot of the screen. Pure. */
import { oneLine } from "@claudine/protocol/text";
import { KILL_MENU } from "../keys.ts";
import { chooseSort, type UiState } from "./ui-state.ts";
import { cancelDeed, killDeed, type Deed } from "./verbs.ts";

/** Longer filters are nobody's wish. */
const LONGEST_FILTER = 200;

export type PromptAnswer = { ui: UiState; deed?: Deed; /** The key is left for the page. */ pass?: true };

export function answerPrompt(ui: UiState, key: string): PromptAnswer {
  const closed = { ...ui, prompt: null };
  switch (ui.prompt?.kind) {
    case "filter":
      return typeFilter(ui, key);
    case "sort":
      return { ui: chooseSort(ui, key) };
    case "kill": {
      const row = KILL_MENU.find((one) => one.key === key);
      return row === undefined ? { ui: closed } : { ui: closed, deed: killDeed(ui.prompt.id, row.signal) };
    }
    case "cancel":
      return key === "y" ? { ui: closed, deed: cancelDeed(ui.prompt.id) } : { ui: closed };
    case undefined:
      return { ui, pass: true };
  }
}

/** Text from the clipboard goes into the filter and nowhere else: it must never press keys. */
export function pasteText(ui: UiState, text: string): UiState {
  return ui.prompt?.kind === "filter" ? withFilter(ui, ui.filter + oneLine(text.trim())) : ui;
}

function typeFilter(ui: UiState, key: string): PromptAnswer {
  switch (key) {
    case "return":
    case "tab":
      return { ui: { ...ui, prompt: null } };
    case "escape":
    case "ctrl+c":
      return { ui: { ...withFilter(ui, ""), prompt: null } };
    case "backspace":
    case "delete":
      return { ui: withFilter(ui, [...ui.filter].slice(0, -1).join("")) };
    case "ctrl+u":
      return { ui: withFilter(ui, "") };
    case "ctrl+w":
      return { ui: withFilter(ui, ui.filter.replace(/\S*\s*$/, "")) };
    case "up":
    case "down":
    case "pageup":
    case "pagedown":
      return { ui, pass: true };
    case "space":
      return { ui: withFilter(ui, `${ui.filter} `) };
  }
  return { ui: [...key].length === 1 ? withFilter(ui, ui.filter + oneLine(key)) : ui };
}

/** While the words change, the cursor stays at the top. */
function withFilter(ui: UiState, filter: string): UiState {
  return { ...ui, filter: filter.slice(0, LONGEST_FILTER), selected: null, cursor: 0 };
}
