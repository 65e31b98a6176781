/** Schemas of tasks whose work is a prompt for a coding agent: what is asked, what it does, and what came of it. */
import * as z from "zod";
import { Spent } from "./budget.ts";
import { Millis, TaskId } from "./ids.ts";

/** Prompts and other texts for agents; what is larger belongs into a file that the prompt names. */
export const PROMPT_BYTES_MAX = 10 * 2 ** 20;
/** What is left in the input of a session before its tool starts must fit into a pipe, as JSON. */
export const MESSAGE_BYTES_MAX = 24_576;
/** Of a text that is sent, without the newline at its end; what a first message may have is less. */
export const SENT_BYTES_MAX = 65_536;
/** Some tools take these on their command line, where the system allows no more in one word. */
export const SMALL_TEXT_CHARS_MAX = 100_000;

export const AgentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "an agent's name has letters, digits, . _ - (at most 64)");

/** A word for a command line that is not taken for an option. */
const Word = z
  .string()
  .min(1)
  .max(1000)
  .refine((text) => !text.includes("\0") && !text.startsWith("-"), "expected a name that does not start with -");
const Argument = z
  .string()
  .max(SMALL_TEXT_CHARS_MAX)
  .refine((text) => !text.includes("\0"), "an argument holds no NUL");

/** Which tool, and which of its models: its own default unless given. */
export const AgentChoice = z.strictObject({ agent: AgentName, model: Word.optional() });
export type AgentChoice = z.infer<typeof AgentChoice>;

/** What is asked of the tool besides the prompt. */
const asked = {
  permissionMode: Word.optional().describe(
    "`default`, `accept-edits`, `plan`, `bypass`, or a word of the tool's own; what the tool does by itself unless given",
  ),
  budgetUsd: z.number().positive().max(1_000_000).optional().describe("Ends when it has cost so much"),
  maxTurns: z.int().min(1).max(100_000).optional().describe("Ends after so many turns of the model"),
  mcpConfig: z.string().startsWith("/").max(4096).optional().describe("Path of a JSON file with `mcpServers`"),
  extraArgs: z.array(Argument).max(100).optional().describe("Handed to the tool as they are, after its other options"),
  takesMessages: z.boolean().optional().describe("Its session takes more messages by `send`, and ends when told so"),
} as const;

/** As it is stored with the task: the texts are elsewhere, as they may be large. */
export const AgentSpec = z.object({
  choices: z
    .array(z.object(AgentChoice.shape))
    .min(1)
    .max(11)
    .describe("The first is tried first, the others when it has no capacity"),
  textsId: z.string().describe("Names the stored texts: prompt, system prompt, JSON schema of the answer"),
  promptBytes: z.int().min(0),
  template: z.string().optional().describe("The template of the configuration that it was made from"),
  ...asked,
});
export type AgentSpec = z.infer<typeof AgentSpec>;

/** The texts of an agent's task. */
export const AgentTexts = z.object({
  id: z.string(),
  prompt: z.string(),
  systemPrompt: z.string().optional(),
  jsonSchema: z.string().optional(),
  changes: z.string().optional().describe("With feedback: what others have changed meanwhile"),
});
export type AgentTexts = z.infer<typeof AgentTexts>;

const VAR_NAME_CHARS_MAX = 100;
const Values = z.record(z.string().max(VAR_NAME_CHARS_MAX), z.string().max(PROMPT_BYTES_MAX));

/** As they came: what a record gives has lost the one that is called `__proto__`. */
const Vars = z
  .custom<Readonly<Record<string, string>>>()
  .check((context) => {
    const { value } = context;
    const { error } = Values.safeParse(value);
    for (const { message, path } of error?.issues ?? [])
      context.issues.push({ code: "custom", message, path, input: value });
    if (error === undefined && Object.entries(value).some(([, text]) => typeof text !== "string"))
      context.issues.push({ code: "custom", message: "a variable's value is text", input: value });
  })
  .meta({
    type: "object",
    propertyNames: { type: "string", maxLength: VAR_NAME_CHARS_MAX },
    additionalProperties: { type: "string", maxLength: PROMPT_BYTES_MAX },
  });

/** As a caller asks for it; what is not said is as the template or the configuration says. */
export const AgentWish = z.strictObject({
  // How long it may be is said in bytes, when it is made.
  prompt: z.string().optional().describe("Unless the template has one; at most 10 MB"),
  template: AgentName.optional().describe("One of `agents:` in the configuration"),
  vars: Vars.optional().describe("What the template's `{{ name }}` stand for"),
  agent: AgentName.optional(),
  model: Word.optional(),
  fallback: z.array(AgentChoice).max(10).optional().describe("Tried when the one before is overloaded or out of quota"),
  systemPrompt: z.string().max(SMALL_TEXT_CHARS_MAX).optional().describe("Added to the tool's own"),
  jsonSchema: z.string().max(SMALL_TEXT_CHARS_MAX).optional().describe("JSON Schema of the final answer, as text"),
  ...asked,
});
export type AgentWish = z.infer<typeof AgentWish>;

export const AgentTokens = z.object({ input: z.number(), output: z.number(), cached: z.number() });
export type AgentTokens = z.infer<typeof AgentTokens>;

export const AgentFailure = z.object({
  class: z
    .string()
    .describe(
      "`usage-limit`, `rate-limit`, `overloaded`, `auth`, `budget`, `max-turns`, `permission`, `session-not-found`, `refused`, `tool`, `unknown`",
    ),
  message: z.string(),
  resetsAt: Millis.optional().describe("When it may be tried again, as far as the tool told"),
});
export type AgentFailure = z.infer<typeof AgentFailure>;

/** A provider takes no more for a while: kept from the run that met it until another one works. */
export const AgentLimit = z.object({
  agent: AgentName,
  class: z.string().describe("`usage-limit` or `rate-limit`"),
  message: z.string().describe("In the tool's words"),
  since: Millis,
  resetsAt: Millis.describe("When one run tries whether it is over"),
  told: z.boolean().describe("The tool told when; else it is a guess, longer each time"),
  ripeAt: Millis.describe("The same on the daemon's steady clock"),
  tries: z.int().min(0).describe("Runs that tried it since and met it again"),
});
export type AgentLimit = z.infer<typeof AgentLimit>;

/** Something that a person should look at. */
export const Attention = z.object({
  kind: z.enum(["quiet", "lingering", "asking"]),
  since: Millis,
  note: z.string(),
});
export type Attention = z.infer<typeof Attention>;

/** What a run of an agent did, as its own output tells; while it runs, so far. */
export const AgentFacts = z.object({
  agent: AgentName,
  model: z.string().nullable(),
  version: z.string().nullable().describe("Of the tool"),
  sessionId: z.string().nullable(),
  headline: z.string().nullable().describe("What it does, or did last, in a line"),
  turns: z.int(),
  toolCalls: z.int(),
  tokens: AgentTokens,
  costUsd: z.number().nullable().describe("As the tool counts it; null where it does not"),
  spent: Spent.optional().describe(
    "What this run alone counts for budgets; tools that count whole sessions count more",
  ),
  resumable: z.boolean().optional().describe("False where the tool cannot go on with its session"),
  ok: z.boolean().nullable().describe("Whether it says that it succeeded; null when it said nothing of its end"),
  error: AgentFailure.nullable(),
});
export type AgentFacts = z.infer<typeof AgentFacts>;

/** How an agent's run ended, with its answer. */
export const AgentEnd = AgentFacts.extend({
  result: z.string().nullable().describe("The final answer"),
  cut: z.boolean().optional().describe("It is longer, and all of it is in the output"),
  structured: z.string().optional().describe("The answer as JSON, where a JSON schema was given"),
});
export type AgentEnd = z.infer<typeof AgentEnd>;

/** How a run goes on with what earlier ones have begun. */
export const GoesOn = z.object({
  session: z.string().nullable().describe("The session it goes on with; null: a new one, which is told what is known"),
  note: z.string().nullable().describe("Why not in the session there was"),
});
export type GoesOn = z.infer<typeof GoesOn>;

/** What was said to a task since its prompt; the text is stored beside that. */
export const Feedback = z.object({
  attempt: z.int().nullable().describe("The first run that was told; null while it waits for the next one"),
  at: Millis,
  textsId: z.string(),
  bytes: z.int(),
});
export type Feedback = z.infer<typeof Feedback>;

/** What names it in an event. */
export const Said = Feedback.omit({ attempt: true, at: true }).describe("What was said to it; never the text");
export type Said = z.infer<typeof Said>;

/** So many for each task. */
export const FEEDBACK_MAX = 1000;

/** In the flat form of a task. */
export const AgentInfo = AgentFacts.extend({
  fallback: z.array(AgentChoice).describe("What is left to be tried"),
  promptBytes: z.int(),
  template: z.string().nullable(),
  permissionMode: z.string().nullable(),
  budgetUsd: z.number().nullable(),
  maxTurns: z.int().nullable(),
  attention: Attention.nullable().describe("Why somebody should look at it"),
  goesOn: GoesOn.nullable().describe("Null when the run begins with the prompt"),
  feedback: z.int().describe("How often something was said to it since its prompt"),
  feedbackWaiting: z.int().describe("How much of that waits for its next run"),
});
export type AgentInfo = z.infer<typeof AgentInfo>;

/** In the flat form of a schedule. */
export const ScheduledAgent = AgentInfo.pick({
  agent: true,
  model: true,
  fallback: true,
  promptBytes: true,
  template: true,
  permissionMode: true,
  budgetUsd: true,
  maxTurns: true,
});
export type ScheduledAgent = z.infer<typeof ScheduledAgent>;

/** A limit as it stands. */
export const AgentLimitInfo = AgentLimit.omit({ agent: true, ripeAt: true }).extend({
  triedBy: TaskId.nullable().describe("The run of this task tries now whether it is over"),
});
export type AgentLimitInfo = z.infer<typeof AgentLimitInfo>;

/** One of the tools that prompts can be given to. */
export const AgentTool = z.object({
  name: z.string(),
  title: z.string(),
  program: z.string(),
  path: z.string().nullable().describe("Null when it is not installed"),
  version: z.string().nullable(),
  minVersion: z.string(),
  usable: z.boolean(),
  loggedIn: z.boolean().nullable().describe("Null when it cannot be told"),
  note: z.string().nullable().describe("What is wrong with it, and how that is mended"),
});
export type AgentTool = z.infer<typeof AgentTool>;
