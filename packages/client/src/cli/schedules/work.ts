/** What a schedule's words say is to be done each time: a command, or a prompt for an agent. */
import { ClaudineError } from "@claudine/protocol/errors";
import { promptOf, wishOf, type Wish } from "../agents/delegate.ts";
import { AGENT_OPTIONS } from "../agents/options.ts";
import type { Input, Io, Option } from "../command.ts";
import { BUDGET_OPTIONS } from "../rules/options.ts";
import { commandOf } from "../submit-tasks.ts";

type Work = { command: string | string[] } | { agent: Wish };

const COMMAND_HINT = "It comes last, as in --cron '0 2 * * *' -- ./backup.sh --full; in a file its key is command";
const PROMPT_HINT = "It comes last, as in --agent claude -- 'Review it'; or --file FILE; in a file its key is prompt";
/** These say that it is a prompt. */
const SAYS_SO: ReadonlySet<string> = new Set(["agent", "template"]);

/** @throws ClaudineError invalid_params, not_found when a file can't be read */
export async function newWork(input: Input, io: Io): Promise<Work> {
  const given = givenOf(input, [...AGENT_OPTIONS, ...BUDGET_OPTIONS]);
  const [lone] = given;
  if (lone === undefined) return { command: commandOf(input, COMMAND_HINT) };
  if (!given.some((name) => SAYS_SO.has(name)))
    throw refuse(`--${lone} is for prompts`, "--agent NAME or --template NAME says that it is one");
  const agent = await agentOf(input, io);
  if (agent.prompt === undefined && agent.template === undefined) throw refuse("there is no prompt", PROMPT_HINT);
  return { agent };
}

/** Empty when what it does is to stay. @throws ClaudineError invalid_params, not_found when a file can't be read */
export async function changedWork(
  input: Input,
  io: Io,
  isPrompt: () => Promise<boolean>,
): Promise<Work | Record<never, never>> {
  const isForAgent = givenOf(input, AGENT_OPTIONS).length > 0;
  if (!isForAgent && input.rest.length === 0) return {};
  return isForAgent || (await isPrompt())
    ? { agent: await agentOf(input, io) }
    : { command: commandOf(input, COMMAND_HINT) };
}

async function agentOf(input: Input, io: Io): Promise<Wish> {
  if (input.flags["stdin"] !== undefined)
    throw refuse("--stdin is for commands", "--messages keeps the session of an agent open for claudine send");
  const prompt = await promptOf({ input, io, words: input.rest });
  return { ...(await wishOf(input, io)), ...(prompt === undefined ? {} : { prompt }) };
}

function givenOf({ flags }: Input, options: readonly Option[]): string[] {
  return options.map(({ name }) => name).filter((name) => flags[name] !== undefined);
}

function refuse(why: string, hint: string): ClaudineError {
  return new ClaudineError("invalid_params", why, { hint });
}
