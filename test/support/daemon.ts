/** A daemon in a home of its own, with the command line and the client beside it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, connect, type ConnectOptions } from "@claudine/client";
import type { MethodName, Result } from "@claudine/protocol/methods";
import type { TaskInfo, TaskState } from "@claudine/protocol/task";
import { onTestFinished } from "vitest";
import { type Env, type Home, makeHome, razeHome, signalIfThere, writeConfig } from "./home.ts";
import { CLAUDINED, type Ended, type Running, type RunOptions, start, startClient } from "./program.ts";
import { until } from "./until.ts";

export type RigOptions = {
  /** False: no daemon runs until something starts one. */
  daemon?: boolean;
  /** Text of config.yaml. */
  config?: string;
  /** On top of the home's environment, for the daemon and the commands. */
  env?: Env;
};

/** Configuration with which the daemon's log tells of each request. */
export const TELLS_REQUESTS = "log: { level: debug }\n";

export type StartedTask = TaskInfo & { pid: number; startedAt: number };

type CommandOptions = Partial<Omit<RunOptions, "args">>;

export class Rig {
  readonly home: Home;
  readonly env: Env;
  /** The daemon that this rig started last; undefined when a command did. */
  daemon: Running | undefined;
  readonly #clients: Client[] = [];

  constructor(home: Home, env: Env) {
    this.home = home;
    this.env = { ...home.env, ...env };
  }

  /** A file in the folder where commands are run. */
  file(name: string): string {
    return join(this.home.work, name);
  }

  /** Starts claudined and waits until it answers. */
  async up(env: Env = {}): Promise<void> {
    const daemon = this.spawnDaemon(env);
    let end: Ended | undefined;
    void daemon.ended.then((ended) => {
      end = ended;
    });
    await until("the daemon to answer", async () => {
      if (end !== undefined) throw new Error(`claudined ended with ${end.code ?? end.signal}: ${end.stderr}`);
      return (await this.status())?.pid === daemon.pid;
    });
  }

  /** Starts claudined and does not wait for anything. */
  spawnDaemon(env: Env = {}): Running {
    this.daemon = start(CLAUDINED, { env: { ...this.env, ...env }, cwd: "/" });
    return this.daemon;
  }

  /** Ends the daemon with `signal` and waits until it is gone. */
  async down(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    const daemon = this.daemon;
    if (daemon === undefined) throw new Error("this rig has started no daemon");
    signalIfThere(daemon.pid, signal);
    return daemon.ended;
  }

  /** What the daemon says of itself; undefined when none answers. Starts none. */
  async status(): Promise<Result<"daemon.status"> | undefined> {
    try {
      const client = await connect({ env: this.env, autostart: false, reconnectMs: 0 });
      return await client.call("daemon.status", {}).finally(() => client.close());
    } catch {
      return undefined;
    }
  }

  /** Runs `claudine` to its end. */
  claudine(...args: string[]): Promise<Ended> {
    return this.open(args).ended;
  }

  /** Runs `claudine` with another folder, environment or input. */
  claudineWith(options: CommandOptions, ...args: string[]): Promise<Ended> {
    return this.open(args, options).ended;
  }

  /** Starts `claudine` and leaves it running. */
  open(args: readonly string[], { env = {}, cwd = this.home.work, ...rest }: CommandOptions = {}): Running {
    return startClient({ args, env: { ...this.env, ...env }, cwd, ...rest });
  }

  /** Starts `claudine` and resolves when the daemon, which has to tell of its requests, has got its question. */
  async asking(method: MethodName, args: readonly string[], options: CommandOptions = {}): Promise<Running> {
    const asked = () => this.daemon?.stderr().split(`"method":"${method}"`).length ?? 0;
    const before = asked();
    const command = this.open(args, options);
    await until(`claudine ${args.join(" ")} to have asked`, () => asked() > before);
    return command;
  }

  /** A connection that stays open until the test ends. */
  async client(options: ConnectOptions = {}): Promise<Client> {
    const client = await connect({ env: this.env, autostart: false, ...options });
    this.#clients.push(client);
    return client;
  }

  /** `claudine submit ...`, which must succeed. @returns the id of the only task */
  async submit(...args: string[]): Promise<number> {
    const { code, stdout, stderr } = await this.claudine("submit", ...args);
    if (code !== 0 || !/^\d+\n$/.test(stdout)) throw new Error(`submit exited with ${code}: ${stdout}${stderr}`);
    return Number(stdout);
  }

  /** Submits, waits for the end and reads the output. */
  async ran(...args: string[]): Promise<{ task: TaskInfo; stdout: string; stderr: string }> {
    const id = await this.submit(...args);
    const task = await this.ended(id);
    return { task, stdout: await this.output(id, "stdout"), stderr: await this.output(id, "stderr") };
  }

  /** What the last run has written so far. */
  async output(id: number, stream: "stdout" | "stderr" = "stdout"): Promise<string> {
    const client = await this.#shared();
    const { data, encoding } = await client.call("log.read", { id, stream, maxBytes: 4_194_304 });
    return Buffer.from(data, encoding).toString();
  }

  /** The pid that a task has written to a file. */
  pidIn(name: string): Promise<number> {
    return until(`${name} to hold a pid`, async () => {
      const text = await readFile(this.file(name), "utf8").catch(() => "");
      return text.endsWith("\n") ? Number(text) : undefined;
    });
  }

  async show(id: number): Promise<TaskInfo> {
    const client = await this.#shared();
    return (await client.call("task.get", { id })).task;
  }

  /** The task once it is in one of `states`. */
  async inState(id: number, ...states: TaskState[]): Promise<TaskInfo> {
    let last: TaskInfo | undefined;
    return until(`task ${id} to be ${states.join(" or ")}`, async () => {
      last = await this.show(id);
      return states.includes(last.state) ? last : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; it is ${last?.state} (${last?.reason})`);
    });
  }

  /** The task while its command executes. */
  async started(id: number): Promise<StartedTask> {
    return until(`task ${id} to have started`, async () => {
      const task = await this.show(id);
      if (task.finishedAt !== null) throw new Error(`task ${id} has ended: ${task.state} (${task.reason})`);
      const { pid, startedAt } = task;
      return pid === null || startedAt === null ? undefined : { ...task, pid, startedAt };
    });
  }

  /** The task once it has ended. */
  async ended(id: number): Promise<TaskInfo> {
    const client = await this.#shared();
    const {
      tasks: [task],
    } = await client.call("task.wait", { selector: [String(id)] });
    if (task === undefined) throw new Error(`there is no task ${id}`);
    return task;
  }

  #client: Client | undefined;

  /** Connects again by itself over restarts. */
  async #shared(): Promise<Client> {
    this.#client ??= await this.client();
    return this.#client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await razeHome(this.home);
  }
}

/** What else the machine does, and what a command used before, must not decide when the tasks of a test start. */
function configOf({ config, daemon }: RigOptions): string | undefined {
  if (daemon === false || config?.includes("autoscale:") === true) return config;
  return `${config ?? ""}\nautoscale: off\n`.trimStart();
}

/** For a whole file: `beforeAll(async () => { rig = await createRig(); return () => rig[Symbol.asyncDispose](); })`. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const rig = new Rig(await makeHome(), options.env ?? {});
  const config = configOf(options);
  if (config !== undefined) await writeConfig(rig.home, config);
  if (options.daemon !== false) {
    await rig.up().catch(async (error: unknown) => {
      await rig[Symbol.asyncDispose]();
      throw error;
    });
  }
  return rig;
}

/** For one test: everything is ended and removed when the test is over, also when it fails. */
export async function startDaemon(options: RigOptions = {}): Promise<Rig> {
  const rig = await createRig(options);
  onTestFinished(() => rig[Symbol.asyncDispose]());
  return rig;
}
