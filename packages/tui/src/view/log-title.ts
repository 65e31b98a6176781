/** The words around the log: whose it is, how it stands, and what to say when there is no output. */
import type { Scene } from "../store/scene.ts";
import { PANES } from "../store/pane-id.ts";
import { timeOf } from "../store/order.ts";
import { STATE_STYLE, type Look } from "../theme.ts";
import { line, span, type Line, type Span } from "./line.ts";
import { titleRule } from "./log-pane.ts";
import { reasonOf, shortTime, stateWord, type RowFacts } from "./row.ts";
import { cut, steadyLine } from "./text.ts";

export function logTitle(scene: Scene, { width, look }: { width: number; look: Look }): Line {
  const { chosen } = scene;
  if (chosen === undefined) return titleRule([span("log", "dim")], [], { width, look });
  const name = steadyLine(chosen.task.label ?? chosen.task.command);
  const left: Span[] = [
    span(`${chosen.task.id} `, "bold"),
    span(cut(name, Math.max(8, Math.floor(width * 0.4)), look.glyphs.ellipsis), "bold"),
    span(` ${look.glyphs.dot} `, "dim"),
    ...standing(chosen, scene.now),
  ];
  return titleRule(left, [...paneSpans(scene), ...followSpans(scene)], { width, look });
}

/** `running 3m10s`, `failed: exit code 2`, `queued: waits for …`. */
function standing(facts: RowFacts, now: number): Span[] {
  const { task } = facts;
  const word = stateWord(task);
  const time = "run" in task.status ? ` ${shortTime(timeOf(task, now))}` : "";
  const reason = reasonOf(facts);
  return [
    span(word, STATE_STYLE[task.status.state]),
    span(`${time}${reason === null ? "" : `: ${steadyLine(reason)}`}`),
  ];
}

/** Which pane it is, and that there are others. */
function paneSpans({ ui }: Scene): Span[] {
  return ui.pane === "log" ? [] : [span(PANES.find(({ id }) => id === ui.pane)?.word ?? "", "bold")];
}

function followSpans({ ui, log, recorder }: Scene): Span[] {
  if (ui.pane !== "log" || log === null || log.status === "loading") return [];
  if (ui.logTop !== null) return [span("held still, ", "warn"), span("f", "key"), span(" follows", "warn")];
  // When something was written is not on record.
  const word = recorder !== null ? "as it is today" : log.status === "ended" ? "end" : "following";
  const whole = ui.page === "log" && log.buffer.partial ? `claudine logs ${log.target.id} has it all, ` : "";
  return [span(`${whole}${word}`, "dim")];
}

/** Instead of output, or undefined when there is some. */
export function logInstead({ chosen, log }: Scene): Line | undefined {
  if (chosen === undefined) return line();
  if (chosen.task.attempt === 0) {
    const ended = "finishedAt" in chosen.task.status;
    return line(span(ended ? "  It never ran" : "  It has not started yet", "dim"));
  }
  if (log === null || log.status === "loading") return line();
  if (log.problem !== null) return line(span(`  ${steadyLine(log.problem)}`, "bad"));
  const { first, end } = log.buffer.range;
  if (end > first) return undefined;
  return line(span(log.status === "ended" ? "  It wrote nothing" : "  No output yet", "dim"));
}
