/** How a tool is to start the server, wherever and with whatever environment it does that. */
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { isTemporary, lastingNode } from "@claudine/client/service/lasting";

export type Entry = { command: string; args: readonly string[]; env: Readonly<Record<string, string>> };

/** They say which daemon is meant. Some tools pass on nothing but a few variables. */
export const PLACES = ["CLAUDINE_SOCKET", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME"];

export type EntryInput = {
  /** The program that is `claudine`. */
  program: string;
  env: NodeJS.ProcessEnv;
  /** Of `--socket`, when it was given. */
  socket: string | undefined;
};

export function entryFor({ program, env, socket }: EntryInput): Entry {
  const placeOf = (name: string) => (name === "CLAUDINE_SOCKET" ? (socket ?? env[name]) : env[name]);
  return {
    command: lastingNode(process.execPath, realPath),
    args: [realpathSync(program), "mcp"],
    env: Object.fromEntries(
      PLACES.flatMap((name) => {
        const place = placeOf(name);
        return place?.startsWith("/") === true ? [[name, place]] : [];
      }),
    ),
  };
}

/** What will not be there tomorrow; null when all will. */
export function warningFor({ command, args: [program = ""] }: Entry): string | null {
  const passing = [command, program].find((path) => isTemporary(path, tmpdir()));
  return passing === undefined ? null : `${passing} is in a temporary folder, so this would not last`;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
