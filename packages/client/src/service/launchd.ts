/** The plans for launchd: a launch agent of the user. */
import { type Facts, placeVariables } from "./facts.ts";
import { run, type Step, tryRun } from "./step.ts";
import { escapeXml, fillTemplate } from "./template.ts";

export const AGENT = "com.claudine.claudined";

export function agentFile(facts: Facts): { path: string; text: string } {
  const { programs, paths } = facts;
  const environment = placeVariables(facts.env)
    .map(([name, value]) => `    <key>${name}</key>\n    <string>${escapeXml(value)}</string>`)
    .join("\n");
  const text = fillTemplate(facts.templates.agent, {
    NODE: escapeXml(programs.node),
    CLAUDINED: escapeXml(programs.claudined),
    ENVIRONMENT: environment,
    LOG_FILE: escapeXml(paths.logFile),
  });
  return { path: agentPath(facts), text };
}

export function planInstall(facts: Facts): Step[] {
  const file = agentFile(facts);
  const domain = `gui/${facts.uid}`;
  const { daemon } = facts;
  return [
    { kind: "write", ...file, mode: 0o644 },
    // An agent that is loaded keeps its old definition.
    tryRun("launchctl", "bootout", `${domain}/${AGENT}`),
    run("launchctl", "enable", `${domain}/${AGENT}`),
    ...(daemon === undefined || daemon.ofService ? [] : [{ kind: "stop-daemon", pid: daemon.pid } satisfies Step]),
    run("launchctl", "bootstrap", domain, file.path),
  ];
}

export function planUninstall(facts: Pick<Facts, "homeDir" | "uid">): Step[] {
  return [tryRun("launchctl", "bootout", `gui/${facts.uid}/${AGENT}`), { kind: "remove", path: agentPath(facts) }];
}

function agentPath({ homeDir }: Pick<Facts, "homeDir">): string {
  return `${homeDir}/Library/LaunchAgents/${AGENT}.plist`;
}
