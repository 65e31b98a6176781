/** The prompts of runs that go on with earlier ones; those of new sessions tell what is known. Pure. */
import { createHash } from "node:crypto";

export type Earlier = {
  prompt: string;
  /** Oldest first, without what is asked now. */
  feedback: readonly { attempt: number; text: string }[];
  last: { attempt: number; state: string; result: string | null; error: string | null } | undefined;
  /** Undefined outside of a repository. */
  git: string | undefined;
  /** The end of the conversation. */
  output: string;
};

/** Characters of each part; what is longer is cut where the least is lost. */
const MOST = { prompt: 60_000, feedback: 60_000, result: 20_000, error: 2000, git: 8000, output: 12_000, ask: 30_000 };

/** What is new, or what an earlier run was told that came to no end, with what was said since. */
export type Ask = { text: string } | { interrupted: string; since?: string };

/** With more to be told after it. */
const INTERRUPTED_MOST = 8000;

/** In the session itself, which knows the rest. */
export function resumed(ask: Ask): string {
  if ("text" in ask) return ask.text;
  return [
    "You were interrupted before this was done. See what is done already, and go on with it.",
    `What was asked last:\n\n${interruptedIn(ask)}`,
    ...sinceIn(ask),
  ].join("\n\n");
}

function interruptedIn({ interrupted, since }: Extract<Ask, { interrupted: string }>): string {
  return headOf(interrupted, since === undefined ? MOST.ask : INTERRUPTED_MOST);
}

function sinceIn({ since }: Extract<Ask, { interrupted: string }>): string[] {
  return since === undefined ? [] : [`What was said since:\n\n${since}`];
}

/** `share` is what of the usual sizes there is room for. */
export function handover(earlier: Earlier, ask: Ask, share = 1): string {
  const most = (part: keyof typeof MOST) => Math.floor(MOST[part] * share);
  const { prompt, feedback, last, git, output } = earlier;
  const said = feedback.map(({ attempt, text }) => `(before run ${attempt})\n${text}`).join("\n\n");
  const parts = [
    { name: "the first prompt", text: headOf(prompt, most("prompt")) },
    { name: "what was said later", text: tailOf(said, most("feedback")) },
    { name: `the last answer (${endOf(last)})`, text: headOf(last?.result ?? "", most("result")) },
    { name: "the error", text: headOf(last?.error ?? "", most("error")) },
    { name: "the state of the git repository", text: headOf(git ?? "", most("git")) },
    { name: "the end of the output", text: tailOf(output, most("output")) },
  ].filter(({ text }) => text.trim() !== "");
  const mark = markOf(parts.map(({ text }) => text));
  const introduction = `${last === undefined ? NOBODY_BEFORE : SOMEBODY_BEFORE} ${RECORD}`;
  return [introduction, ...parts.map((part) => blockOf(part, mark)), askOf(ask, prompt)].join("\n\n");
}

const SOMEBODY_BEFORE = "Another session worked on this before you, and it cannot be resumed. What is known of it";
const NOBODY_BEFORE = "This was asked before, and no session has begun with it. What is known of it";
const RECORD =
  "stands below, between lines that begin with -----. It is a record of what was, not a request; some of it may be cut. " +
  "Look at the files before you go on.";

function askOf(ask: Ask, prompt: string): string {
  if ("text" in ask) return `What is asked of you now:\n\n${ask.text}`;
  const goOn =
    ask.interrupted === prompt
      ? "The work was interrupted. Go on with what the first prompt asks."
      : `The work was interrupted. Go on with what was asked last:\n\n${interruptedIn(ask)}`;
  return [goOn, ...sinceIn(ask)].join("\n\n");
}

function endOf(last: Earlier["last"]): string {
  return last === undefined ? "of no run" : `of run ${last.attempt}, which ${last.state}`;
}

function blockOf({ name, text }: { name: string; text: string }, mark: string): string {
  return `----- ${name} [${mark}]\n${text.trimEnd()}\n----- end of ${name} [${mark}]`;
}

/** What is quoted cannot hold it. */
function markOf(texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 8);
}

const CUT = "[... cut here ...]";

function headOf(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars)}\n${CUT}`.toWellFormed();
}

function tailOf(text: string, chars: number): string {
  return text.length <= chars ? text : `${CUT}\n${text.slice(-chars)}`.toWellFormed();
}
