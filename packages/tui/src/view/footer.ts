/** The last line: a question or an input, else what just happened, else the keys. */
import type { Task } from "@claudine/protocol/task";
import { KEYS, KILL_MENU, SORT_MENU, type Action, type KeyRow, type Page } from "../keys.ts";
import type { UiState } from "../store/ui-state.ts";
import { answerTo, VERBS, wordFor, type Verb } from "../store/verbs.ts";
import type { Look, StyleName } from "../theme.ts";
import { fill, fitSpans, line, span, spansWidth, spread, type Line, type Span } from "./line.ts";
import { asciiOnly, cut, steadyLine, widthOf } from "./text.ts";

export type Notice = { text: string; style: StyleName };
export type FooterFacts = { ui: UiState; task: Task | undefined; notice: Notice | null };
type Frame = { width: number; look: Look };

export function footerLine(facts: FooterFacts, frame: Frame): Line {
  const { prompt } = facts.ui;
  if (prompt !== null) return promptLine(facts, frame);
  if (facts.notice === null) return keysLine(facts.ui.page, facts.task, frame);
  return line(
    span(" "),
    ...fitSpans([span(steadyLine(facts.notice.text), facts.notice.style)], frame.width - 1, frame.look.glyphs.ellipsis),
  );
}

function promptLine({ ui, task }: FooterFacts, { width, look }: Frame): Line {
  const mark = look.glyphs.ellipsis;
  switch (ui.prompt?.kind) {
    case "filter": {
      const left = [span(" / ", "key"), span(tail(steadyLine(ui.filter), width - 6)), span(look.glyphs.caret)];
      return spread(left, [span("Enter keeps it, Esc clears it ", "dim")], { width, mark });
    }
    case "sort":
      return choice(
        "sort by",
        SORT_MENU.map(({ key, word, sort }) => ({ key, word, on: sort === ui.sort.by })),
        { width, look },
      );
    case "kill":
      return choice(`Kill ${nameOf(ui.prompt.id, task, { width, look })}?`, [...KILL_MENU, { key: "n", word: "no" }], {
        width,
        look,
      });
    case "cancel":
      return choice(
        `Cancel ${nameOf(ui.prompt.id, task, { width, look })}, which runs?`,
        [
          { key: "y", word: "yes" },
          { key: "n", word: "no" },
        ],
        { width, look },
      );
    case undefined:
      return line();
  }
}

/** The end of a long input, where the caret is. */
function tail(text: string, width: number): string {
  let rest = text;
  while (widthOf(rest) > width) rest = rest.slice([...rest][0]?.length ?? 1);
  return rest;
}

function nameOf(id: number, task: Task | undefined, { width, look }: Frame): string {
  const room = Math.max(0, width - 70);
  const name = task?.id === id ? (task.label ?? task.command) : "";
  return room < 8 || name === ""
    ? `task ${id}`
    : `${id} ${cut(steadyLine(name), Math.min(room, 40), look.glyphs.ellipsis)}`;
}

function choice(
  question: string,
  answers: readonly { key: string; word: string; on?: boolean }[],
  { width, look }: Frame,
): Line {
  const spans = answers.flatMap(({ key, word, on }) => [
    span("  "),
    span(key, "key"),
    span(` ${word}`, on === true ? "good" : "plain"),
  ]);
  return fill(line(span(` ${question} `, "alarm"), ...spans), width, look.glyphs.ellipsis);
}

/** As many keys as fit, the most wanted ones; those that make no sense for the task are dim. */
function keysLine(page: Page, task: Task | undefined, { width, look }: Frame): Line {
  const rows = KEYS.filter((row) => row.footer !== undefined && row.pages.includes(page));
  const spansOf = (row: KeyRow) => keySpans(row, task, look);
  const chosen = new Set<KeyRow>();
  let left = width - 1;
  for (const row of rows.toSorted((one, other) => (one.footer?.rank ?? 0) - (other.footer?.rank ?? 0))) {
    const wide = spansWidth(spansOf(row));
    if (wide > left) break;
    left -= wide;
    chosen.add(row);
  }
  return line(span(" "), ...rows.filter((row) => chosen.has(row)).flatMap(spansOf));
}

function keySpans(row: KeyRow, task: Task | undefined, look: Look): Span[] {
  const word = isVerb(row.action) ? wordFor(row.action, task) : (row.footer?.word ?? "");
  const possible = !isVerb(row.action) || (task !== undefined && answerTo(row.action, task).kind !== "no");
  return [span(capText(row.cap, look), possible ? "key" : "dim"), span(` ${word}  `, "dim")];
}

function isVerb(action: Action): action is Verb {
  return VERBS.some((verb) => verb === action);
}

/** Arrows have no ASCII twin; their letters are enough. */
export function capText(cap: string, look: Look): string {
  return look.ascii ? asciiOnly(cap.replace(/^[↑↓] /, "")) : cap;
}
