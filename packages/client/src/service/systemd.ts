/** The plans for systemd: user units for the daemon and its socket. */
import { ClaudineError } from "@claudine/protocol/errors";
import { type Facts, placeVariables } from "./facts.ts";
import { run, type Step, tryRun } from "./step.ts";
import { fillTemplate, quoteUnitWord } from "./template.ts";

export const SERVICE = "claudined.service";
export const SOCKET = "claudined.socket";

const systemctl = (...words: string[]) => run("systemctl", "--user", ...words);
const trySystemctl = (...words: string[]) => tryRun("systemctl", "--user", ...words);

export function unitFiles(facts: Facts): { path: string; text: string }[] {
  const { programs, templates } = facts;
  if (/["'\\]/.test(programs.node)) {
    throw new ClaudineError(
      "wrong_state",
      `Cannot install the service: systemd starts no program with a quote or backslash in its path: ${programs.node}`,
      {
        hint: "Run claudine with a Node in another folder",
      },
    );
  }
  // `:` keeps systemd from replacing $ in the words.
  const execStart = [`:${programs.node}`, programs.claudined].map(quoteUnitWord).join(" ");
  const environment = placeVariables(facts.env)
    .map(([name, value]) => `Environment=${quoteUnitWord(`${name}=${value}`)}`)
    .join("\n");
  const dir = unitDir(facts);
  return [
    {
      path: `${dir}/${SERVICE}`,
      text: fillTemplate(templates.service, { EXEC_START: execStart, ENVIRONMENT: environment }),
    },
    { path: `${dir}/${SOCKET}`, text: templates.socket },
  ];
}

/** @throws ClaudineError wrong_state when the units' socket is not the one that clients look for */
export function planInstall(facts: Facts): Step[] {
  requireSameSocket(facts);
  const { daemon } = facts;
  const upgrade = daemon?.ofService === true;
  return [
    ...unitFiles(facts).map(({ path, text }): Step => ({ kind: "write", path, text, mode: 0o644 })),
    systemctl("daemon-reload"),
    systemctl("enable", SOCKET, SERVICE),
    trySystemctl("reset-failed", SOCKET, SERVICE),
    // Its successor takes up the tasks that run. It goes before the socket comes: both use the same path.
    ...(daemon === undefined || upgrade ? [] : [{ kind: "stop-daemon", pid: daemon.pid } satisfies Step]),
    systemctl("start", SOCKET),
    systemctl(upgrade ? "restart" : "start", SERVICE),
  ];
}

export function planUninstall(facts: Pick<Facts, "env" | "homeDir">): Step[] {
  const dir = unitDir(facts);
  return [
    // The socket goes first, or a client that connects meanwhile starts the service again.
    trySystemctl("disable", "--now", SOCKET),
    trySystemctl("disable", "--now", SERVICE),
    { kind: "remove", path: `${dir}/${SERVICE}` },
    { kind: "remove", path: `${dir}/${SOCKET}` },
    systemctl("daemon-reload"),
    trySystemctl("reset-failed", SOCKET, SERVICE),
  ];
}

/** Where a user's own units live. */
export function unitDir({ env, homeDir }: Pick<Facts, "env" | "homeDir">): string {
  const config = env["XDG_CONFIG_HOME"];
  return `${config?.startsWith("/") === true ? config : `${homeDir}/.config`}/systemd/user`;
}

function requireSameSocket({ env, paths }: Facts): void {
  const runtime = env["XDG_RUNTIME_DIR"];
  if (runtime === undefined || !runtime.startsWith("/")) {
    throw new ClaudineError(
      "wrong_state",
      "Cannot install the service: XDG_RUNTIME_DIR is not set, so this is no login session",
      {
        hint: "Log in as this user (ssh, or machinectl shell USER@), not through su or sudo",
      },
    );
  }
  const listens = `${runtime}/claudine/claudined.sock`;
  if (paths.socket === listens) return;
  throw new ClaudineError(
    "wrong_state",
    `Cannot install the service: it listens on ${listens}, but ${paths.socket} is asked for`,
    {
      hint: "Unset CLAUDINE_SOCKET and leave out --socket",
    },
  );
}
