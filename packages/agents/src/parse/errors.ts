/** What kind of error a message is about; the tools have no codes in common. */
import type { Clock } from "../adapter.ts";
import type { AgentError, AgentErrorClass } from "../event.ts";
import { limited } from "../text.ts";
import { resetTime } from "./reset-time.ts";

const MAX_MESSAGE_CHARS = 4000;

/** A code of HTTP, and not the line of a file in which something went wrong. */
const code = (codes: string): string => String.raw`(?<!\bline |:\d{1,7}:|\.\w{1,5}:)\b(?:${codes})\b(?!:\d)`;

/** The first that fits. */
const SIGNS: ReadonlyArray<readonly [AgentErrorClass, RegExp]> = [
  [
    "session-not-found",
    /no conversation found|no rollout found|no previous sessions|invalid session identifier|(session|chat|thread)\b.{0,80} not found/i,
  ],
  [
    "usage-limit",
    /(?<!(?:cpu|disk|memory|storage) )usage limit|(hit|reached) your (?!rate)[\w' -]{0,40}limit|out of (extra usage|usage|(usage )?credits)\b/i,
  ],
  ["usage-limit", /\b(session|daily|weekly|monthly|opus|sonnet|hour) limit reached/i],
  [
    "usage-limit",
    /credit balance is too low|(exhausted|exceeded) your (?!disk|storage)[\w' -]{0,40}quota|(?<!(?:disk|storage) )quota exceeded|insufficient_quota|spend(ing)? cap/i,
  ],
  ["overloaded", new RegExp(`overloaded|at capacity|high (demand|load)|service unavailable|${code("503|529")}`, "i")],
  [
    "overloaded",
    /connection error|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|network error|stream disconnected|error sending request/i,
  ],
  [
    "auth",
    /not logged in|run \/login|log ?in (first|again|required)|(invalid|incorrect|missing) api key|api key (is )?not valid|api key (missing|required|expired)/i,
  ],
  [
    "auth",
    /authenticat|unauthori[sz]ed|\bstatus 40[13]\b|oauth token|invalid auth method|api_key environment variable|sign(ed)? in (again|to)/i,
  ],
  // Not what is to "generate limits".
  ["rate-limit", /(?:(?<![A-Za-z])rate|Rate|RATE).?(?:limit|Limit|LIMIT)/],
  ["rate-limit", new RegExp(`too many requests|resource[ _](has been )?exhausted|${code("429")}`, "i")],
  ["max-turns", /max(imum)?\b.{0,20}\bturns|turn limit/i],
  ["budget", /(max(imum)?|over|reached|exceeded)\b.{0,20}\bbudget/i],
  [
    "permission",
    /trusted (directory|folder|workspace)|workspace trust|(not|untrusted) (a )?trust|requires approval|permission/i,
  ],
  [
    "refused",
    /(prompt|input)\b.{0,20}too (long|large)|maximum length|context (window|length)|refus|safety|safeguard|flagged|usage polic|content (filter|policy)|blocked by/i,
  ],
];

const BY_STATUS: Readonly<Record<number, AgentErrorClass>> = {
  401: "auth",
  403: "auth",
  429: "rate-limit",
  503: "overloaded",
  529: "overloaded",
};

export function classOf(message: string, status?: number): AgentErrorClass {
  const start = message.slice(0, MAX_MESSAGE_CHARS);
  const said = SIGNS.find(([, sign]) => sign.test(start))?.[0];
  // A usage limit comes with the same status as a rate limit: there the text knows more.
  const byStatus = status === undefined ? undefined : BY_STATUS[status];
  return said === "usage-limit" || byStatus === undefined ? (said ?? "unknown") : byStatus;
}

export function errorOf(message: string, clock: Clock, status?: number): AgentError {
  const error = { class: classOf(message, status), message: limited(message.trim(), MAX_MESSAGE_CHARS) };
  const mayReset = error.class === "usage-limit" || error.class === "rate-limit" || error.class === "overloaded";
  const resetsAt = mayReset ? resetTime(message, clock) : undefined;
  return resetsAt === undefined ? error : { ...error, resetsAt };
}
