/** Finds the programs of agents, and asks them for their versions and whether somebody is logged in. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, resolve } from "node:path";
import type { AgentAdapter, LoginSign } from "@claudine/agents";
import type { AgentTool } from "@claudine/protocol";

type Env = Readonly<Record<string, string>>;
export type Place = { env: Env; cwd: string };

/** Runs a program for what it prints; undefined when it cannot be started or takes too long. */
export type Probe = (
  program: string,
  args: readonly string[],
  place: Place,
) => Promise<{ code: number; text: string } | undefined>;

export type FoundTool = { path: string; version: string | undefined };
export type Tools = {
  /** Undefined: it is not there. */
  find(adapter: AgentAdapter, place: Place): Promise<FoundTool | undefined>;
  describe(adapter: AgentAdapter, place: Place): Promise<AgentTool>;
};

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";
const VERSIONS_KEPT = 100;

export function createTools(probe: Probe): Tools {
  /** By path, and when the file was changed. */
  const versions = new Map<string, Promise<string | undefined>>();

  const versionOf = async (adapter: AgentAdapter, path: string, place: Place): Promise<string | undefined> => {
    if (adapter.versionArgs.length === 0) return undefined;
    const { mtimeMs, size } = await stat(path);
    const key = [path, mtimeMs, size, adapter.name].join("\n");
    const known = versions.get(key);
    if (known !== undefined) return known;
    if (versions.size >= VERSIONS_KEPT) versions.clear();
    const asked = probe(path, adapter.versionArgs, place).then((said) => adapter.parseVersion(said?.text ?? ""));
    versions.set(key, asked);
    // What could not be told now may be told later.
    if ((await asked) === undefined) versions.delete(key);
    return asked;
  };
  const find = async (adapter: AgentAdapter, place: Place): Promise<FoundTool | undefined> => {
    const path = await findProgram(adapter.program, place);
    return path === undefined ? undefined : { path, version: await versionOf(adapter, path, place) };
  };
  return {
    find,
    async describe(adapter, place) {
      const found = await find(adapter, place);
      const why = found === undefined ? notInstalled(adapter) : tooOld(adapter, found.version);
      const loggedIn = found === undefined ? null : await isLoggedIn(adapter, { ...place, path: found.path, probe });
      const { name, title, program, minVersion } = adapter;
      return {
        name,
        title,
        program,
        path: found?.path ?? null,
        version: found?.version ?? null,
        minVersion,
        usable: why === undefined,
        loggedIn,
        note: why ?? (loggedIn === false ? adapter.login.hint : null),
      };
    },
  };
}

export function notInstalled({ title, program, install }: AgentAdapter): string {
  return `${title} is not installed: there is no program ${program} on the PATH${install === "" ? "" : `; ${install}`}`;
}

/** Why that version cannot be used; undefined when it can, or is not known. */
export function tooOld({ title, minVersion }: AgentAdapter, version: string | undefined): string | undefined {
  if (version === undefined || minVersion === "" || compareVersions(version, minVersion) >= 0) return undefined;
  return `${title} ${version} is too old: at least ${minVersion} is needed`;
}

export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < 3; at += 1) {
    const by = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (by !== 0) return by;
  }
  return 0;
}

/** As the shell looks for it, in the task's own PATH. */
async function findProgram(program: string, { env, cwd }: Place): Promise<string | undefined> {
  if (program.includes("/")) return (await isProgram(resolve(cwd, program))) ? resolve(cwd, program) : undefined;
  for (const folder of (env["PATH"] ?? DEFAULT_PATH).split(delimiter)) {
    const path = resolve(cwd, folder === "" ? "." : folder, program);
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

type Login = Place & { path: string; probe: Probe };

/** One sign that says yes is enough; null when nothing tells. */
async function isLoggedIn({ login }: AgentAdapter, where: Login): Promise<boolean | null> {
  const said = await Promise.all(login.signs.map((sign) => readSign(sign, where)));
  if (said.includes(true)) return true;
  return said.length === 0 || said.includes(null) ? null : false;
}

async function readSign(sign: LoginSign, { path, env, cwd, probe }: Login): Promise<boolean | null> {
  switch (sign.type) {
    case "environment":
      return (env[sign.name] ?? "") !== "";
    case "file":
      return (await stat(filePath(sign, env)).catch(() => undefined)) !== undefined;
    case "command": {
      const answer = await probe(path, sign.args, { env, cwd });
      return answer?.code === 0 ? true : answer?.code === sign.no ? false : null;
    }
  }
}

function filePath({ path, relocatedBy }: Extract<LoginSign, { type: "file" }>, env: Env): string {
  const folder = relocatedBy === undefined ? undefined : env[relocatedBy.variable];
  const written = relocatedBy === undefined || folder === undefined || folder === "" ? path : relocatedBy.path;
  return written
    .replace(/^~(?=\/|$)/, env["HOME"] ?? "/")
    .replaceAll(/\$([A-Za-z_][A-Za-z0-9_]*)/g, (_, name: string) => env[name] ?? "");
}
