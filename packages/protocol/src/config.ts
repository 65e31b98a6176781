/** The configuration file's schema: defaults, units and words for the docs in one place. */
import * as z from "zod";
import { AgentDefaults, AgentTemplates } from "./agent-config.ts";
import { Duration, OFF, Size } from "./config-values.ts";
import { isLoopback, parseListen } from "./listen.ts";
import { ResourceName, WhenOutputFull } from "./rules.ts";
import { parseBytes, parseDuration } from "./units.ts";

const LONGEST = "3650d";

const History = z.strictObject({
  every: Duration("10s", { min: "1s", max: "1h" }).describe("How often the machine is looked at"),
  keep: Duration("1d", { max: LONGEST }).describe("How long each of these samples is kept; 0 keeps none"),
  longEvery: Duration("5m", { min: "1s", max: "1d" }).describe("What later becomes one: their average over so long"),
  longKeep: Duration("30d", { max: LONGEST }).describe("How long these averages are kept; 0 keeps none"),
  runs: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(10_000)
    .describe("Of how many runs it is kept what they used over time; at most 2 KB each"),
});
export type HistoryConfig = z.infer<typeof History>;

const Metrics = z.strictObject({
  listen: z
    .string()
    .refine((text) => text === "off" || parseListen(text) !== undefined, {
      message: "expected an address and a port, as 127.0.0.1:9464",
      abort: true,
    })
    .refine((text) => text === "off" || isLoopback(parseListen(text)?.host ?? ""), {
      message:
        "only this machine may read the metrics, as nobody is asked for a password: write 127.0.0.1, localhost or [::1], and let a proxy serve others",
    })
    .default("off")
    .describe(
      "Where metrics are served for Prometheus, as `127.0.0.1:9464`; `off`: nowhere. Only addresses that the machine alone reaches",
    ),
});

const Output = z.strictObject({
  maxBytes: z
    .union([OFF, Size("100M", 1024)])
    .default(parseBytes("100M"))
    .meta({ unit: "size", fallback: "100M" })
    .describe("How much of the output of a run is kept, stdout and stderr together; `--output-max` says it for a task"),
  whenFull: WhenOutputFull.default("truncate-middle").describe(
    "What becomes of more: the head and the tail are kept, only the head is kept, or the run is ended",
  ),
  compressAfter: z
    .union([OFF, Duration("1h", { max: "3650d" })])
    .default(parseDuration("1h"))
    .meta({ unit: "duration", fallback: "1h" })
    .describe("When output that nobody writes to any more is compressed; it is read as before"),
  keep: z
    .union([OFF, Duration("7d", { max: "3650d" })])
    .default(parseDuration("7d"))
    .meta({ unit: "duration", fallback: "7d" })
    .describe("How long the output of finished tasks is kept; `off`: until they are removed"),
  keepLast: z
    .int()
    .min(0)
    .max(100_000_000)
    .default(100)
    .describe("The output of so many tasks that ended last is kept longer than that"),
  maxTotal: z
    .union([OFF, Size("10G")])
    .default(parseBytes("10G"))
    .meta({ unit: "size", fallback: "10G" })
    .describe("What all output may take on the disk; the oldest of finished tasks goes first"),
});

const Worktrees = z.strictObject({
  folder: z
    .string()
    .regex(/^(\/|~\/)/, "expected a folder from / or ~/ on")
    .optional()
    .describe("Where the worktrees of tasks are made; `worktrees` in the state folder unless set"),
  copy: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Ignored files that are copied into each, as `[.env*]`: patterns as in a .gitignore; `--copy` says it for a task",
    ),
  setup: z
    .string()
    .min(1)
    .optional()
    .describe("A shell command that prepares each, as part of the task's first run; `--setup` says it for a task"),
});

export const Config = z.strictObject({
  slots: z
    .union([z.literal("auto"), z.int().min(1).max(100_000)])
    .default("auto")
    .describe(
      "How many tasks of each group run at once; `auto` is the number of cores, at least 2. `claudine parallel` overrides it for a group",
    ),
  autoscale: z
    .enum(["on", "off"])
    .default("on")
    .describe(
      "Whether tasks start by what they need and the machine has free; with `slots: auto` the number that run at once then follows the machine. `off`: slots alone decide",
    ),
  reserve: z
    .strictObject({
      memory: Size("256M").describe("Memory kept free for everything else"),
      cpus: z.number().min(0).max(100_000).default(0).describe("Cores kept free for everything else"),
    })
    .prefault({}),
  pressure: z
    .strictObject({
      action: z
        .enum(["off", "pause", "requeue"])
        .default("off")
        .describe(
          "What happens to the youngest task of the lowest priority while memory is critically short: nothing, it is stopped until that is over, or it is ended and queued again",
        ),
      memory: Size("128M").describe("Memory is critically short when less than this is free"),
      stall: z
        .number()
        .min(1)
        .max(100)
        .default(50)
        .describe("And when tasks wait for memory in more than this percent of the time (Linux)"),
    })
    .prefault({}),
  totalSlots: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe(
      "How many slots all groups together may use; they then have equal shares. `claudine parallel --all-groups` overrides it",
    ),
  aging: z
    .union([z.literal("off"), Duration("10m", { min: "1s", max: "3650d" })])
    .default(600_000)
    .meta({ unit: "duration", fallback: "10m" })
    .describe(
      "So much waiting is worth one point of priority, so that nothing waits for ever; `off`: a higher priority always comes first",
    ),
  resources: z
    .record(ResourceName, z.int().min(0).max(100_000))
    .default({})
    .describe("Counted resources that tasks claim, as `{gpu: 2}`; a task finds its units in `CLAUDINE_GPU=0,1`"),
  dependencies: z
    .strictObject({
      perTask: z.int().min(1).max(10_000).default(100).describe("How many tasks one may depend on"),
      depth: z.int().min(1).max(1000).default(100).describe("How long a chain of dependencies may be"),
    })
    .prefault({}),
  callback: z
    .string()
    .min(1)
    .optional()
    .describe(
      "A shell command that runs when any task has ended, with what happened in its environment (`CLAUDINE_STATE`, `CLAUDINE_EXIT_CODE` …; docs/scheduling.md lists all)",
    ),
  maxTimeout: Duration(LONGEST, { min: "1s", max: LONGEST }).describe(
    "The longest `--timeout` that a task may have; with less than the default, a task that names none has this one",
  ),
  grace: Duration("5s", { max: "1d" }).describe("Time between SIGTERM and SIGKILL"),
  sampleInterval: Duration("1s", { min: "50ms", max: "1h" }).describe(
    "How often the CPU and memory of running tasks are sampled",
  ),
  shell: z
    .string()
    .startsWith("/")
    .optional()
    .describe("Shell for commands given as one argument; the caller's $SHELL, else /bin/sh, unless set"),
  secretNames: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "More parts of variable names whose values are kept encrypted, besides TOKEN, SECRET, KEY, PASSWORD, PASSWD, PASSPHRASE, CREDENTIAL, AUTH",
    ),
  history: History.prefault({}),
  metrics: Metrics.prefault({}),
  output: Output.prefault({}),
  worktrees: Worktrees.prefault({}),
  agent: AgentDefaults,
  agents: AgentTemplates,
  journalKeep: z.int().min(1000).max(100_000_000).default(1_000_000).describe("How many events the journal keeps"),
  scheduleHistory: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe("How many firings the history of each schedule keeps"),
  maxMessageBytes: z
    .int()
    .min(65_536)
    .max(1_073_741_824)
    .default(67_108_864)
    .describe("Longest line a client may send"),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("Least severe level that is logged"),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
