/** Where the socket, the state and the configuration live. Pure: the caller gives the environment. */

export type PathInput = {
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  uid: number;
  homeDir: string;
  tmpDir: string;
};

export type Paths = {
  runtimeDir: string;
  socket: string;
  stateDir: string;
  configDir: string;
  configFile: string;
  logFile: string;
};

/** `sun_path` of the kernel, without the ending NUL. */
export function maxSocketPathBytes(platform: string): number {
  return platform === "darwin" ? 103 : 107;
}

/**
 * XDG base directories (specification 0.8); a relative value is ignored, as it demands.
 * macOS without them: `~/Library/Application Support/claudine` and the per-user temp dir.
 */
export function resolvePaths(input: PathInput): Paths {
  const { env, homeDir } = input;
  const mac = input.platform === "darwin";
  const support = `${homeDir}/Library/Application Support`;
  const xdg = (name: string) => (env[name]?.startsWith("/") === true ? env[name] : undefined);
  const runtime = xdg("XDG_RUNTIME_DIR");
  const runtimeDir =
    runtime === undefined ? `${input.tmpDir.replace(/\/+$/, "")}/claudine-${input.uid}` : `${runtime}/claudine`;
  const stateDir = `${xdg("XDG_STATE_HOME") ?? (mac ? support : `${homeDir}/.local/state`)}/claudine`;
  const configDir = `${xdg("XDG_CONFIG_HOME") ?? (mac ? support : `${homeDir}/.config`)}/claudine`;
  return {
    runtimeDir,
    socket: nonEmpty(env["CLAUDINE_SOCKET"]) ?? `${runtimeDir}/claudined.sock`,
    stateDir,
    configDir,
    configFile: `${configDir}/config.yaml`,
    logFile: `${stateDir}/claudined.log`,
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
