/** The tools themselves, and how each is told to talk to nothing but a provider on the loopback. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ADAPTERS, type AgentAdapter } from "@claudine/agents";
import type { Reply } from "./wire/wire.ts";

export interface Tool {
  readonly adapter: AgentAdapter;
  readonly npmPackage: string;
  /** Writes what it needs into its home, and says what it needs in its environment. */
  readonly settle: (place: {
    readonly home: string;
    readonly url: string;
  }) => Promise<Readonly<Record<string, string>>>;
  /** A command of a shell, as this tool's model would call for it. */
  readonly call: Reply;
  /** That lets it run the command without asking. */
  readonly permissionMode: string;
  readonly failures: {
    /** Resets in two hours. */
    readonly usage: (resetsAtSeconds: number) => Extract<Reply, { type: "failure" }>;
    readonly overloaded: Extract<Reply, { type: "failure" }>;
    readonly auth: Extract<Reply, { type: "failure" }>;
  };
}

const failure = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ({ type: "failure", status, body, headers }) as const;

const claude: Tool = {
  adapter: adapterOf("claude"),
  npmPackage: "@anthropic-ai/claude-code",
  settle: async ({ url }) => ({
    ANTHROPIC_BASE_URL: url,
    // An account with quotas: keys have none.
    CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-nobody",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
  }),
  call: { type: "call", name: "Bash", input: { command: "seq 4241 4243", description: "Count" } },
  permissionMode: "accept-edits",
  failures: {
    usage: (resetsAt) =>
      failure(
        429,
        { type: "error", error: { type: "rate_limit_error", message: "This request would exceed your rate limit." } },
        {
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": String(resetsAt),
          "anthropic-ratelimit-unified-representative-claim": "five_hour",
          "retry-after": "7200",
          "x-should-retry": "false",
        },
      ),
    overloaded: failure(529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }),
    auth: failure(401, { type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } }),
  },
};

const codex: Tool = {
  adapter: adapterOf("codex"),
  npmPackage: "@openai/codex",
  settle: async ({ home, url }) => {
    const provider = `base_url = "${url}/v1"\nwire_api = "responses"\nenv_key = "LOOPBACK_KEY"\n`;
    const retries = "request_max_retries = 1\nstream_max_retries = 1\n";
    const config = `model_provider = "loopback"\ncheck_for_update_on_startup = false\n[analytics]\nenabled = false\n`;
    await mkdir(join(home, ".codex"), { recursive: true });
    await writeFile(
      join(home, ".codex/config.toml"),
      `${config}[model_providers.loopback]\nname = "loopback"\n${provider}${retries}`,
    );
    return { LOOPBACK_KEY: "nobody" };
  },
  call: { type: "call", name: "exec_command", input: { cmd: "seq 4241 4243" } },
  // Its sandbox needs namespaces that are not to be had everywhere.
  permissionMode: "danger-full-access",
  failures: {
    usage: (resetsAt) => {
      const error = { type: "usage_limit_reached", message: "The usage limit has been reached", plan_type: "plus" };
      return failure(429, { error: { ...error, resets_at: resetsAt } });
    },
    overloaded: failure(503, { error: { message: "Our servers are currently overloaded" } }),
    auth: failure(401, { error: { message: "Incorrect API key provided", code: "invalid_api_key" } }),
  },
};

const gemini: Tool = {
  adapter: adapterOf("gemini"),
  npmPackage: "@google/gemini-cli",
  settle: async ({ home, url }) => {
    const settings = {
      security: { auth: { selectedType: "gemini-api-key" } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, maxAttempts: 1 },
    };
    await mkdir(join(home, ".gemini"), { recursive: true });
    await writeFile(join(home, ".gemini/settings.json"), JSON.stringify(settings));
    return { GEMINI_API_KEY: "nobody", GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_TRUST_WORKSPACE: "true" };
  },
  call: { type: "call", name: "run_shell_command", input: { command: "seq 4241 4243", description: "Count" } },
  permissionMode: "bypass",
  failures: {
    usage: () => {
      const violation = { quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" };
      const details = [{ "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [violation] }];
      const message = "You exceeded your current quota, please check your plan and billing details.";
      return failure(429, { error: { code: 429, status: "RESOURCE_EXHAUSTED", message, details } });
    },
    overloaded: failure(503, { error: { code: 503, status: "UNAVAILABLE", message: "The model is overloaded." } }),
    auth: failure(400, { error: { code: 400, status: "INVALID_ARGUMENT", message: "API key not valid." } }),
  },
};

function adapterOf(name: string): AgentAdapter {
  const adapter = ADAPTERS[name];
  if (adapter === undefined) throw new Error(`There is no agent ${name}`);
  return adapter;
}

/** Cursor's is not among them: it is not in the registry. */
export const TOOLS: readonly Tool[] = [claude, codex, gemini];
