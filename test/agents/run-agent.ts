/** Starts a tool as its adapter says, and reads what it writes through the adapter. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { closeSync, existsSync, openSync } from "node:fs";
import { delimiter, join } from "node:path";
import {
  endStream,
  NESTING_VARIABLES,
  newStream,
  noProgress,
  progressed,
  readStream,
  type AgentEnd,
  type AgentEvent,
  type AgentProgress,
  type AgentRequest,
  type StreamStep,
  type TextFile,
} from "@claudine/agents";
import { inject, type TestContext } from "vitest";
import type { Provider } from "./provider.ts";
import type { Tool } from "./tools.ts";

/** A home of its own, which sessions are kept in from run to run. */
export interface Home {
  readonly path: string;
  readonly work: string;
  readonly text: (name: string, text: string) => Promise<TextFile>;
}

export interface Ran {
  readonly events: readonly AgentEvent[];
  readonly progress: AgentProgress;
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

export interface Running {
  readonly tool: Tool;
  readonly provider: Provider;
  readonly home: Home;
  readonly request: AgentRequest;
  /** Sent after each result, in order. */
  readonly messages?: readonly string[];
}

export function skipUnlessInstalled({ adapter, npmPackage }: Tool, { skip }: TestContext): void {
  const folder = inject("toolPath").split(delimiter)[0] ?? "";
  if (!existsSync(join(folder, adapter.program))) skip(`${npmPackage} could not be installed`);
}

export async function makeHome(): Promise<Home> {
  const path = await mkdtemp(join(inject("testRoot"), "home-"));
  const work = join(path, "work");
  await mkdir(join(work, ".git"), { recursive: true });
  await writeFile(join(work, ".git/HEAD"), "ref: refs/heads/main\n");
  await mkdir(join(work, ".git/objects"));
  await mkdir(join(work, ".git/refs"));
  const text = async (name: string, content: string) => {
    await writeFile(join(path, name), content);
    return { path: join(path, name), text: content };
  };
  return { path, work, text };
}

/** With all that agents leave in the environment of their children: it must not matter. */
export async function environmentOf({ tool, provider, home }: Omit<Running, "request">, unset: readonly string[] = []) {
  const nested = Object.fromEntries(NESTING_VARIABLES.map((name) => [name, "1"]));
  const nowhere = { http_proxy: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9", no_proxy: "127.0.0.1" };
  const own = await tool.settle({ home: home.path, url: provider.url });
  const all = {
    ...nested,
    PATH: inject("toolPath"),
    HOME: home.path,
    // Reports of errors are left there.
    TMPDIR: home.path,
    TZ: "Europe/Berlin",
    TERM: "dumb",
    ...(inject("isolated") ? {} : nowhere),
    ...own,
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !unset.includes(name)));
}

export async function runAgent(running: Running): Promise<Ran> {
  const { tool, home, request } = running;
  const { argv, stdin, environment } = tool.adapter.launch(request);
  const env = { ...(await environmentOf(running, environment.unset)), ...environment.set };
  const [stdout, stderr] = [join(home.path, "stdout"), join(home.path, "stderr")];
  // As the daemon does it: a tool that leaves before a pipe has taken everything loses its last words.
  const files = [openSync(stdin.type === "prompt" ? request.prompt.path : "/dev/null", "r"), openSync(stdout, "w")];
  const errors = openSync(stderr, "w");
  const takesLines = stdin.type === "lines";
  const child = spawn(argv[0] ?? "", argv.slice(1), {
    cwd: home.work,
    env,
    stdio: takesLines ? ["pipe", "pipe", errors] : [...files, errors],
  });
  const fold = foldOf(tool);
  if (takesLines) talk(child, { first: stdin.first, fold, running });
  const exitCode = await new Promise<number | undefined>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve(code ?? undefined));
  });
  for (const fd of [...files, errors]) closeSync(fd);
  if (!takesLines) fold.read(await readFile(stdout, "utf8"));
  const said = await readFile(stderr, "utf8");
  const events = fold.end({ exitCode, stderr: said });
  return { events, progress: events.reduce(progressed, noProgress), exitCode, stderr: said };
}

function foldOf({ adapter }: Tool) {
  const context = () => ({ adapter, clock: { nowMs: Date.now(), zone: "Europe/Berlin" } });
  const events: AgentEvent[] = [];
  let state = newStream;
  const take = (step: StreamStep) => {
    state = step.state;
    events.push(...step.events);
    return step.events;
  };
  return {
    read: (text: string) => take(readStream(state, text, context())),
    end(end: AgentEnd) {
      take(endStream(state, end, context()));
      return events;
    },
  };
}

interface Talk {
  readonly first: string;
  readonly fold: ReturnType<typeof foldOf>;
  readonly running: Running;
}

/** Sends the next message when the one before is answered, and the end after the last. */
function talk(child: ChildProcess, { first, fold, running }: Talk): void {
  const messages = [...(running.messages ?? [])];
  // A tool that ends before it has read everything is seen by how it ended.
  child.stdin?.on("error", () => undefined);
  child.stdin?.write(`${first}\n`);
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    for (const _ of fold.read(text).filter(({ type }) => type === "result")) {
      const next = messages.shift();
      if (next === undefined) child.stdin?.end();
      else child.stdin?.write(`${running.tool.adapter.message(next)}\n`);
    }
  });
}
