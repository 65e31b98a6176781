/** Encodes what the launcher tells the shim (the format is described in shim.pl). */

/** Text goes out as UTF-8; bytes go out as they are. */
export type Word = string | Uint8Array;

export type Environment = Readonly<Record<string, string>>;

export type StartSpec = {
  /** Task and attempt, such as `12.1`. */
  runKey: string;
  argv: readonly [Word, ...Word[]];
  cwd: string;
  umask: number;
  /** Best given as the same object while it stays the same: it is then neither compared nor sent again. */
  env: Environment;
  /** On top of `env`, for this run only. */
  extraEnv: Environment;
  stdoutPath: string;
  stderrPath: string;
  recordPath: string;
  /** A FIFO or a file; without it the task reads /dev/null. */
  stdinPath?: string | undefined;
};

const NUL = Buffer.of(0);

export function encodeEnv(env: Environment): Buffer {
  return frame("env", "-", entries(env));
}

/** @returns undefined when a word holds a NUL character, which no process can be given */
export function encodeStart(spec: StartSpec): Buffer | undefined {
  const extra = entries(spec.extraEnv);
  const words: Word[] = [
    spec.cwd,
    spec.umask.toString(8),
    spec.stdoutPath,
    spec.stderrPath,
    spec.recordPath,
    spec.stdinPath ?? "",
    String(extra.length),
    ...extra,
    ...spec.argv,
  ];
  const hasNul = words.some((word) => (typeof word === "string" ? word.includes("\0") : word.includes(0)));
  return hasNul || !/^[\w.-]{1,64}$/.test(spec.runKey) ? undefined : frame("start", spec.runKey, words);
}

/** What cannot be a variable (a NUL in it, no name, `=` in the name) is left out. */
function entries(env: Environment): string[] {
  return Object.entries(env)
    .filter(([name]) => name !== "" && !name.includes("="))
    .map(([name, value]) => `${name}=${value}`)
    .filter((entry) => !entry.includes("\0"));
}

function frame(verb: "env" | "start", runKey: string, words: readonly Word[]): Buffer {
  const payload = joinWords(words);
  return Buffer.concat([Buffer.from(`${verb} ${runKey} ${payload.length}\n`, "latin1"), payload]);
}

function joinWords(words: readonly Word[]): Buffer {
  if (words.every((word) => typeof word === "string")) return Buffer.from(words.join("\0"), "utf8");
  const parts = words.flatMap((word) => [NUL, typeof word === "string" ? Buffer.from(word, "utf8") : word]);
  return Buffer.concat(parts.slice(1));
}
