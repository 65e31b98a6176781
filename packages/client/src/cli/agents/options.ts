/** The options that say what is asked of a coding agent. */
import type { Option } from "../command.ts";

export const AGENT_OPTIONS: readonly Option[] = [
  { name: "file", type: "string", arg: "FILE", describe: "The prompt is in FILE, or on standard input for -" },
  {
    name: "agent",
    short: "a",
    type: "string",
    arg: "NAME",
    describe: "As claude or codex:gpt-5; claudine agents lists them",
  },
  { name: "model", short: "m", type: "string", arg: "MODEL", describe: "Of the agent, as it calls them" },
  { name: "template", short: "t", type: "string", arg: "NAME", describe: "A preset of the configuration (agents:)" },
  { name: "var", type: "list", arg: "K=V", describe: "What a {{ K }} of the template stands for; repeat for more" },
  { name: "budget", type: "string", arg: "USD", describe: "End a run when it has cost so much, as 2.50" },
  { name: "max-turns", type: "number", least: 1, arg: "N", describe: "End after so many turns of the model" },
  {
    name: "permission-mode",
    type: "string",
    arg: "MODE",
    describe: "What it may do unasked; nothing is bypassed unless you say so",
    suggestions: { words: ["default", "accept-edits", "plan", "bypass"] },
  },
  {
    name: "fallback",
    type: "string",
    arg: "AGENTS",
    describe: "When it is overloaded or out of quota, try these one after the other: claude:opus,codex",
  },
  { name: "system-prompt", type: "string", arg: "TEXT", describe: "Added to the agent's own" },
  { name: "mcp-config", type: "string", arg: "FILE", describe: "MCP servers for it, as JSON with mcpServers" },
  { name: "json-schema", type: "string", arg: "FILE", describe: "The answer is JSON of this schema" },
  { name: "messages", type: "boolean", describe: "Keep its session open for claudine send" },
  { name: "agent-arg", type: "list", arg: "WORD", describe: "Handed to the tool as it is; repeat for more" },
];
