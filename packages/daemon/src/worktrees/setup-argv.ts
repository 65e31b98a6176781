/** Puts the setup of a worktree before the command of its first run: metered, killable, and with its output in the run's. */
import { noteFile } from "@claudine/git";

/** Arguments: where to note how it went, the shell, the setup, and the command. Its input is not the command's. */
const SCRIPT = `note=$1 shell=$2 setup=$3
shift 3
if "$shell" -c "$setup" </dev/null >&2; then
  printf done >"$note"
else
  code=$?
  printf 'failed %s' "$code" >"$note"
  echo "claudine: the setup of the worktree failed with exit code $code: $setup" >&2
  exit "$code"
fi
exec "$@"`;

const FAILED = /^failed (\d+)$/;

type Setup = { argv: readonly string[]; setup: string; path: string; shell: string | undefined };

export function setupArgv({ argv, setup, path, shell }: Setup): string[] {
  const note = noteFile(path, "setup") ?? "/dev/null";
  const own = shell === undefined || shell === "" ? "/bin/sh" : shell;
  return ["/bin/sh", "-c", SCRIPT, "claudine-setup", note, own, setup, ...argv];
}

/** Why a run that failed never came to its command, by what was noted; undefined when it did. */
export function setupFailure(note: string | undefined): string | undefined {
  const [, code] = FAILED.exec(note ?? "") ?? [];
  return code === undefined ? undefined : "the setup of its worktree failed";
}
