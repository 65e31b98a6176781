/** claudined: reads its options and environment, and does what they say. */
import { homedir, tmpdir, userInfo } from "node:os";
import { resolve } from "node:path";
import { ClaudineError, ERRORS, resolvePaths, type Paths } from "@claudine/protocol";
import { version } from "@claudine/protocol/version";
import { configText, loadConfig, writtenConfig } from "./config/config.ts";
import { checkState } from "./health/check-state.ts";
import { checkSafely, isDeadlyToRead, parseCopyJob } from "./health/expendable.ts";
import { createLog } from "./log.ts";
import { serve } from "./serve.ts";
import { startError, tellRefusal } from "./startup/failure.ts";
import { prepareFolders } from "./startup/folders.ts";
import { openRefusalPipe, type RefusalPipe } from "./startup/refusal-pipe.ts";
import { takeStateFolder } from "./startup/take-folders.ts";
import { restoreStore } from "./store/backup.ts";
import { checkStore } from "./store/check.ts";
import { openTables } from "./store/open.ts";
import { copyTable } from "./store/salvage.ts";

const USAGE = `claudined: the task daemon of Claudine, usually started by \`claudine\` or as a service

  claudined                 run in the foreground, log to stderr as JSON lines
  claudined --check-config  check the configuration file
  claudined --print-config  print the configuration in force, as YAML, or with --json
  claudined --check-state [--fix]  check, or mend, everything on the disk (--fix: no daemon may run)
  claudined --restore FILE  put a backup in place of the store (no daemon may run)
  claudined --version       print the version
`;

async function main(args: readonly string[], refusals: RefusalPipe): Promise<number> {
  const paths = ownPaths();
  const [option] = args;
  switch (option) {
    case undefined:
      return serve(paths, refusals);
    case "--check-config":
      loadConfig(paths.configFile);
      return 0;
    case "--print-config":
      process.stdout.write(printedConfig(paths, args[1] === "--json"));
      return 0;
    case "--check-state":
      return check(paths, args[1] === "--fix");
    // These work for those above and below in a process of their own.
    case "--check-state-here":
      process.stdout.write(`${JSON.stringify(await checkState(paths, args[1] === "--fix"))}\n`);
      return 0;
    case "--copy-table":
      await copyTable(parseCopyJob(args[1]));
      return 0;
    case "--read-store":
      checkStore(openTables(args[1] ?? "", { create: false }));
      return 0;
    case "--restore":
      return restore(paths, args[1]);
    case "--version":
      process.stdout.write(`${version}\n`);
      return 0;
    case "--help":
      process.stdout.write(USAGE);
      return 0;
    default:
      throw new ClaudineError("invalid_params", `claudined knows no option ${option}`, { hint: "claudined --help" });
  }
}

function ownPaths(): Paths {
  const paths = resolvePaths({
    env: process.env,
    platform: process.platform,
    uid: process.getuid?.() ?? 0,
    // An empty HOME would put the state into the root folder.
    homeDir: homedir() || userInfo().homedir,
    tmpDir: tmpdir(),
  });
  return { ...paths, socket: resolve(paths.socket) };
}

function printedConfig({ configFile }: Paths, asJson: boolean): string {
  const config = loadConfig(configFile);
  return asJson ? `${JSON.stringify(writtenConfig(config), null, 2)}\n` : configText(config);
}

async function check(paths: Paths, fix: boolean): Promise<number> {
  process.umask(0o077);
  if (fix) takeStateFolder(paths);
  process.stdout.write(`${JSON.stringify(await checkSafely(paths, fix))}\n`);
  return 0;
}

async function restore(paths: Paths, file: string | undefined): Promise<number> {
  if (file === undefined) throw new ClaudineError("invalid_params", "claudined --restore needs the file of a backup");
  process.umask(0o077);
  prepareFolders(paths, process.getuid?.() ?? 0);
  takeStateFolder(paths);
  process.stdout.write(`${JSON.stringify(await restoreStore(paths.stateDir, file, isDeadlyToRead))}\n`);
  return 0;
}

const refusals = openRefusalPipe(process.env);
main(process.argv.slice(2), refusals).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const refusal = startError(error, ownPaths);
    const { code, message, hint } = refusal;
    createLog("error", refusals.tell).error(message, { hint, code });
    tellRefusal(refusal);
    process.exit(ERRORS[refusal.code].exit);
  },
);
