/** The lint rules: house style, and who may import whom. */
import { defineConfig, type DummyRuleMap, type OxlintOverride } from "oxlint";

interface Ban {
  /** Matches the specifier as it is written. */
  readonly regex?: string;
  /** Matches like lines of a .gitignore. */
  readonly group?: string[];
  readonly message: string;
  readonly allowTypeImports?: boolean;
}

const nodeModules: Ban = {
  regex:
    "^(node:|(assert|buffer|child_process|crypto|events|fs|http|https|net|os|path|process|stream|timers|tty|url|util|v8|vm|worker_threads|zlib)(/|$))",
  message: "This folder is pure: no Node module. Take what you need as an argument.",
};
const onlyPackages = (...allowed: string[]): Ban => ({
  group: ["*", "!./**", ...allowed.map((name) => `!${name}`)],
  message: "This folder does not import that package.",
});
const daemon: Ban = {
  regex: "^@claudine/daemon|(^|/)packages/daemon/|^(\\.\\./)+daemon/",
  message: "Nobody imports the daemon but test/ and bench/: talk to it over its socket.",
};
const lmdb: Ban = { regex: "^lmdb($|/)", message: "Only store/ imports lmdb." };
const processes: Ban = {
  regex: "^((node:)?child_process|pidusage)$",
  message: "Only runner/ touches processes.",
};
const reactive: Ban = { regex: "^(react|ink)($|/)", message: "Only packages/tui draws with Ink." };
const siblings = (...folders: string[]): Ban => ({
  regex: `^(\\.\\./)+(${folders.join("|")})/`,
  message: "store, runner, rpc and agents never import each other: the composition root joins them through ports.",
});
const outsideCore: Ban = { regex: "^\\.\\./", message: "The core imports only itself and the protocol." };
const outsideGit: Ban = {
  regex: "^@claudine/(agents|client|mcp|tui)($|/)",
  message: "The git commands are for daemon and clients alike: they import only the protocol.",
};
const protocol = ["@claudine", "@claudine/protocol", "@claudine/protocol/*"];
const schemas: Ban = {
  regex: "^@claudine/protocol($|/(artifact|config|event|host|index|methods|methods/.*|run|search|task)$)",
  message: "The command line imports only types from modules with zod schemas: use `import type`.",
  allowTypeImports: true,
};

const impureGlobals = {
  globals: [
    "Date",
    "process",
    "console",
    "Buffer",
    "performance",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "fetch",
  ],
  checkGlobalObject: true,
};

function boundary(files: string[], bans: readonly Ban[], pure = false): OxlintOverride {
  return {
    files,
    rules: {
      "no-restricted-imports": ["error", { patterns: bans.map((ban) => ({ ...ban })) }],
      ...(pure && { "no-restricted-globals": ["error", impureGlobals] }),
    },
  };
}

/** The last match wins, so every entry names all the bans of its folder. */
const boundaries: OxlintOverride[] = [
  boundary(["packages/protocol/src/**"], [nodeModules, onlyPackages("zod", "zod/*", "../*.ts")], true),
  boundary(["packages/agents/src/**"], [nodeModules, onlyPackages("../*.ts")], true),
  boundary(["packages/client/src/**"], [daemon, lmdb, reactive]),
  boundary(["packages/client/src/cli/**"], [daemon, lmdb, reactive, schemas]),
  boundary(["packages/tui/src/**"], [daemon, lmdb]),
  boundary(["packages/git/src/**"], [daemon, lmdb, reactive, outsideGit]),
  boundary(["packages/mcp/src/**"], [daemon, lmdb, processes, reactive]),
  boundary(["packages/daemon/src/**"], [daemon, lmdb, processes, reactive]),
  boundary(
    ["packages/daemon/src/{main,startup/systemd,health/expendable,searching/ripgrep,searching/search-process}.ts"],
    [daemon, lmdb, reactive],
  ),
  boundary(["packages/daemon/src/core/**"], [nodeModules, onlyPackages(...protocol), outsideCore], true),
  boundary(
    ["packages/daemon/src/core/random-steps.ts"],
    [nodeModules, onlyPackages(...protocol, "fast-check"), outsideCore],
    true,
  ),
  boundary(["packages/daemon/src/store/**"], [daemon, processes, reactive, siblings("runner", "rpc", "agents")]),
  boundary(["packages/daemon/src/runner/**"], [daemon, lmdb, reactive, siblings("store", "rpc", "agents")]),
  boundary(["packages/daemon/src/rpc/**"], [daemon, lmdb, processes, reactive, siblings("store", "runner", "agents")]),
  boundary(["packages/daemon/src/agents/**"], [daemon, lmdb, processes, reactive, siblings("store", "runner", "rpc")]),
];

const houseStyle: DummyRuleMap = {
  "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
  "max-params": ["error", { max: 3 }],
  "no-var": "error",
  "prefer-const": "error",
  "no-unused-vars": ["error", { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  eqeqeq: "error",
  "import/no-cycle": "error",
  "import/no-default-export": "error",
  "import/no-mutable-exports": "error",
  "typescript/ban-ts-comment": "error",
  "typescript/consistent-type-imports": "error",
  "typescript/no-explicit-any": "error",
  "typescript/no-floating-promises": "error",
  "typescript/no-misused-promises": "error",
  "typescript/no-non-null-assertion": "error",
  "typescript/no-unnecessary-type-assertion": "error",
  // `[...text]` is how a text is taken apart by code points.
  "typescript/no-misused-spread": "off",
  "typescript/only-throw-error": "error",
  "typescript/switch-exhaustiveness-check": ["error", { allowDefaultCaseForExhaustiveSwitch: false }],
  // Ports are objects of functions that close over their state: taking one out of them is safe.
  "typescript/unbound-method": "off",
  "unicorn/filename-case": ["error", { case: "kebabCase" }],
  "unicorn/prefer-node-protocol": "error",
};

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "react"],
  categories: { correctness: "error" },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: "error" },
  ignorePatterns: ["dist/**", ".dist-*/**"],
  rules: { ...houseStyle, "no-restricted-imports": ["error", { patterns: [{ ...daemon }] }] },
  overrides: [
    ...boundaries,
    {
      files: ["**/*.test.{ts,tsx}", "test/**", "bench/**"],
      plugins: ["vitest"],
      rules: {
        "no-restricted-imports": "off",
        "no-restricted-globals": "off",
        "typescript/no-non-null-assertion": "off",
        // Narrowing a union first, and helpers that expect, are fine.
        "vitest/expect-expect": "off",
        "vitest/no-conditional-expect": "off",
        "vitest/no-focused-tests": "error",
        "vitest/no-disabled-tests": "error",
        "vitest/no-restricted-vi-methods": [
          "error",
          { mock: "No module mocks: inject a port", doMock: "No module mocks: inject a port" },
        ],
      },
    },
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
  ],
});
