/** What the subcommands of `claudine service` do. */
import { tmpdir, userInfo } from "node:os";
import { applyPlan, type Ports } from "../../service/apply.ts";
import { stopDaemon, untilAnswers } from "../../service/daemon.ts";
import type { Programs } from "../../service/facts.ts";
import { findManager, requireManager } from "../../service/find-manager.ts";
import { gatherFacts, person, runningDaemon, serviceStatus } from "../../service/gather.ts";
import { isTemporary, requireLasting } from "../../service/lasting.ts";
import { planInstall, planUninstall, serviceFiles } from "../../service/plans.ts";
import { programRunner, type RunProgram } from "../../service/program.ts";
import type { ServiceManager, ServiceStatus } from "../../service/status.ts";
import { describeStep, type Step } from "../../service/step.ts";
import type { Io } from "../command.ts";

type Shape = { json: boolean; quiet: boolean };

const START_DEADLINE_MS = 30_000;

export async function runInstall(choice: Shape & { print: boolean; dryRun: boolean }, io: Io): Promise<number> {
  const facts = gatherFacts(io);
  if (choice.print) warnOfTemporary(facts.programs, io);
  if (choice.print) return printFiles(serviceFiles(process.platform === "darwin" ? "launchd" : "systemd", facts), io);
  const run = programRunner(io.env);
  const manager = await requireManager(run, process.platform);
  requireLasting(facts.programs, process.versions.node, tmpdir());
  const before = await serviceStatus(manager, run, facts.uid);
  const daemon = await runningDaemon(io, before);
  const steps = planInstall(manager, { ...facts, daemon });
  if (choice.dryRun) return printSteps(steps, choice, io);
  await applyPlan(steps, ports(run, choice, io));
  const running = await untilAnswers({ socket: io.paths.socket, env: io.env }, { deadlineMs: START_DEADLINE_MS });
  const status = await serviceStatus(manager, run, facts.uid);
  if (choice.json) io.out(`${JSON.stringify(status, null, 2)}\n`);
  else if (!choice.quiet) io.err(`claudined ${running.version} runs as a service (pid ${running.pid})\n`);
  if (status.linger === false && !choice.quiet) io.err(lingerAdvice());
  return 0;
}

export async function runUninstall(choice: Shape & { dryRun: boolean }, io: Io): Promise<number> {
  const run = programRunner(io.env);
  const manager = await requireManager(run, process.platform);
  const steps = planUninstall(manager, { env: io.env, ...person(io.env) });
  if (choice.dryRun) return printSteps(steps, choice, io);
  await applyPlan(steps, ports(run, choice, io));
  if (choice.json) io.out(`${JSON.stringify(await serviceStatus(manager, run, person(io.env).uid), null, 2)}\n`);
  else if (!choice.quiet)
    io.err(`The service is removed. Tasks that run go on, and the next claudine command starts a daemon for them.\n`);
  return 0;
}

/** Exit code 0 when it is installed and runs, else 3, as systemctl has it. */
export async function runStatus(choice: Shape, io: Io): Promise<number> {
  const run = programRunner(io.env);
  const manager = await findManager(run, process.platform);
  if (typeof manager !== "string") {
    if (choice.json) io.out(`${JSON.stringify({ manager: null, why: manager.why }, null, 2)}\n`);
    else if (!choice.quiet) io.out(`no service: ${manager.why}\n`);
    return 3;
  }
  const status = await serviceStatus(manager, run, person(io.env).uid);
  if (choice.json) io.out(`${JSON.stringify(status, null, 2)}\n`);
  else if (!choice.quiet) io.out(statusText(manager, status));
  return status.installed && status.pid !== null ? 0 : 3;
}

function statusText(manager: ServiceManager, status: ServiceStatus): string {
  const rows: [string, string][] = [
    ["manager", manager],
    ["installed", yesNo(status.installed)],
    ["enabled", yesNo(status.enabled)],
    ["daemon", `${status.active}${status.pid === null ? "" : `, pid ${status.pid}`}`],
  ];
  if (status.socket !== null) rows.push(["socket", status.socket]);
  if (status.linger !== null)
    rows.push([
      "linger",
      status.linger ? "on" : `off: ends when you log out; loginctl enable-linger ${userInfo().username}`,
    ]);
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join("");
}

const yesNo = (value: boolean): string => (value ? "yes" : "no");

function lingerAdvice(): string {
  return (
    "Linger is off: the service, and every task, ends when you log out. To keep it, and to start it at boot:\n" +
    `  loginctl enable-linger ${userInfo().username}\n`
  );
}

function ports(run: RunProgram, choice: Shape, io: Io): Ports {
  return {
    run,
    stopDaemon: async () => {
      await stopDaemon({ socket: io.paths.socket, env: io.env });
    },
    before: (step) => {
      if (!choice.quiet) io.err(`${describeStep(step)}\n`);
    },
  };
}

function warnOfTemporary(programs: Programs, io: Io): void {
  for (const path of [programs.node, programs.claudined].filter((one) => isTemporary(one, tmpdir()))) {
    io.err(`${path} is in a temporary folder, so this service would not last\n`);
  }
}

function printFiles(files: readonly { path: string; text: string }[], io: Io): number {
  io.out(files.map(({ path, text }) => `# ${path}\n${text}`).join("\n"));
  return 0;
}

function printSteps(steps: readonly Step[], { json }: Shape, io: Io): number {
  io.out(json ? `${JSON.stringify(steps, null, 2)}\n` : steps.map((step) => `${describeStep(step)}\n`).join(""));
  return 0;
}
