/** The last line: a question or an input, else what just happened, else the keys. */
import type { Task } from "@claudine/protocol/task";
import { KEYS, KILL_MENU, SORT_MENU, type Action, type KeyRow, type TaskVerb } from "../keys.ts";
import { lineFor, suggestionsFor } from "../store/palette.ts";
import type { Scene } from "../store/scene.ts";
import { answerTo, nameOf as namesOf, VERBS, wordFor, type Saying } from "../store/verbs.ts";
import type { Look, StyleName } from "../theme.ts";
import { fill, fitSpans, line, span, spansWidth, spread, type Line, type Span } from "./line.ts";
import { asciiOnly, cut, steadyLine, widthOf } from "./text.ts";

export type Notice = { text: string; style: StyleName };
export type FooterFacts = Pick<Scene, "ui" | "targets" | "verbs" | "notice" | "recorder">;
type Frame = { width: number; look: Look };

export function footerLine(facts: FooterFacts, frame: Frame): Line {
  const { prompt } = facts.ui;
  if (prompt !== null) return promptLine(facts, frame);
  if (facts.notice === null) return keysLine(facts, frame);
  return line(
    span(" "),
    ...fitSpans([span(steadyLine(facts.notice.text), facts.notice.style)], frame.width - 1, frame.look.glyphs.ellipsis),
  );
}

function promptLine(facts: FooterFacts, { width, look }: Frame): Line {
  const { ui, targets } = facts;
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
      return choice(
        `Kill ${nameOf(ui.prompt.ids, targets, { width, look })}?`,
        [...KILL_MENU, { key: "n", word: "no" }],
        {
          width,
          look,
        },
      );
    case "cancel":
      return choice(
        `Cancel ${nameOf(ui.prompt.ids, targets, { width, look })}, ${ui.prompt.ids.length === 1 ? "which runs" : "which run"}?`,
        [
          { key: "y", word: "yes" },
          { key: "n", word: "no" },
        ],
        { width, look },
      );
    case "say":
      return sayLine(facts, ui.prompt, { width, look });
    case "palette":
      return paletteLine(facts, ui.prompt, { width, look });
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

function nameOf(ids: readonly number[], tasks: readonly Task[], { width, look }: Frame): string {
  const room = Math.max(0, width - 70);
  const task = ids.length === 1 ? tasks.find(({ id }) => id === ids[0]) : undefined;
  const name = task?.label ?? task?.command ?? "";
  return room < 8 || name === "" || task === undefined
    ? namesOf(ids)
    : `${task.id} ${cut(steadyLine(name), Math.min(room, 40), look.glyphs.ellipsis)}`;
}

/** To whom, and the end of what is typed. */
function sayLine({ targets }: FooterFacts, { to, ids, text }: Saying, { width, look }: Frame): Line {
  const verb = to === "ended" ? "Continue" : "Say to";
  const name = nameOf(ids, targets, { width: Math.floor(width / 2) + 30, look });
  const title = ` ${verb} ${name}: `;
  const room = Math.max(8, width - widthOf(title) - 2);
  const ending = [...text].slice(-room).join("");
  const left = [span(title, "key"), span(tail(steadyLine(ending), room - 2)), span(look.glyphs.caret)];
  const hint = text === "" ? [span("Enter sends it, Esc leaves it ", "dim")] : [];
  return spread(left, hint, { width, mark: look.glyphs.ellipsis });
}

/** What is typed, and what would be run. */
function paletteLine(
  { verbs, targets }: FooterFacts,
  { text, choice }: { text: string; choice: number },
  { width, look }: Frame,
): Line {
  const verb = suggestionsFor(text, verbs)[choice];
  const ids = targets.map(({ id }) => id);
  const runs = verb === undefined ? "no such verb" : `claudine ${lineFor(text, verb, ids).join(" ")}`;
  const half = Math.max(10, Math.floor(width / 2));
  const left = [span(" : ", "key"), span(tail(steadyLine(text), half - 6)), span(look.glyphs.caret)];
  const hint = cut(steadyLine(runs), Math.max(8, width - half - 2), look.glyphs.ellipsis);
  return spread(left, [span(hint, verb === undefined ? "bad" : "dim"), span(" ")], {
    width,
    mark: look.glyphs.ellipsis,
  });
}

/** The verbs that fit what is typed, the chosen one marked: shown above the input. */
export function suggestionLines(scene: FooterFacts, rows: number, { width, look }: Frame): Line[] {
  const { prompt } = scene.ui;
  if (prompt?.kind !== "palette") return [];
  const found = suggestionsFor(prompt.text, scene.verbs);
  const from = Math.max(0, Math.min(prompt.choice - Math.floor(rows / 2), found.length - rows));
  return found.slice(from, from + rows).map((verb, index) => {
    const chosen = from + index === prompt.choice;
    const text = [span(` ${verb.name.padEnd(14)} `, "bold"), span(steadyLine(verb.summary), "dim")];
    const filled = fill(line(...text), width, look.glyphs.ellipsis);
    return chosen ? { ...filled, selected: true } : filled;
  });
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
function keysLine({ ui, targets }: FooterFacts, { width, look }: Frame): Line {
  const rows = KEYS.filter((row) => row.footer !== undefined && row.pages.includes(ui.page)).filter(
    ({ action }) => !ui.readOnly || !(isVerb(action) || action === "edit"),
  );
  const spansOf = (row: KeyRow) => keySpans(row, targets, look);
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

function keySpans(row: KeyRow, tasks: readonly Task[], look: Look): Span[] {
  const word = isVerb(row.action) ? wordFor(row.action, tasks) : (row.footer?.word ?? "");
  const possible = !isVerb(row.action) || (tasks.length > 0 && answerTo(row.action, tasks).kind !== "no");
  return [span(capText(row.cap, look), possible ? "key" : "dim"), span(` ${word}  `, "dim")];
}

function isVerb(action: Action): action is TaskVerb {
  return VERBS.some((verb) => verb === action);
}

/** Arrows have no ASCII twin; their letters are enough. */
export function capText(cap: string, look: Look): string {
  return look.ascii ? asciiOnly(cap.replace(/^[^ -~] /, "")) : cap;
}
