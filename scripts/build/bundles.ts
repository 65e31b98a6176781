/** The bundles that ship, made with esbuild. */
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build as esbuild, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { APART, splitCommandLine } from "./command-line.ts";
import { rootDir } from "./dist-folder.ts";

export interface Bundle {
  readonly entry?: string;
  readonly out: string;
  readonly options: BuildOptions;
  readonly banner: string;
  /** Starts as a program of its own, so it gets the executable bit. */
  readonly program?: true;
  /** A single character beyond Latin-1 makes V8 keep the whole text with two bytes a character. */
  readonly isLatin1?: true;
  /** Packages that would make this bundle slow to load. */
  readonly without?: readonly string[];
}

const SHEBANG = "#!/usr/bin/env node";

/** CommonJS packages inside an ESM bundle call `require` for Node's own modules. */
const REQUIRE = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

const readable: BuildOptions = { minifySyntax: true, minifyWhitespace: true };

/** What of `import.meta` has a twin in CommonJS; anything else would be empty there, so it fails the build. */
export const commonJs: BuildOptions = {
  format: "cjs",
  define: {
    "import.meta.dirname": "__dirname",
    "import.meta.filename": "__filename",
    "import.meta.resolve": "require.resolve",
  },
  logOverride: { "empty-import-meta": "error" },
};

/** yargs asks for its own URL. The hot path does not, and must not pay for it. */
const META_URL = `const __metaUrl = require("node:url").pathToFileURL(__filename).href;`;

/** The package's index also loads its server half; what the client takes from it is in this one file. */
const rpcClientOnly = { "json-rpc-2.0": "json-rpc-2.0/dist/client.js" };

const ENTRIES: readonly Bundle[] = [
  {
    entry: "packages/client/src/index.ts",
    out: "client.mjs",
    options: { format: "esm" },
    banner: REQUIRE,
    without: ["react", "ink", "yargs"],
  },
  {
    entry: "packages/tui/src/main.tsx",
    out: "claudine-top.mjs",
    // Yoga would load Node's HTTP client, some megabytes, to decode its own base64.
    options: { format: "esm", ...readable, define: { fetch: "undefined" } },
    banner: REQUIRE,
    isLatin1: true,
  },
  {
    entry: "packages/mcp/src/main.ts",
    out: "claudine-mcp.mjs",
    // The CommonJS of jsonc-parser finds its own files only at run time.
    options: { format: "esm", mainFields: ["module", "main"], ...readable },
    banner: REQUIRE,
    without: ["react", "ink", "yargs"],
  },
  {
    entry: "packages/daemon/src/searching/main.ts",
    out: "claudine-search.mjs",
    // Of the protocol only the errors: it starts for each page.
    options: { format: "esm", ...readable, alias: { "@claudine/protocol": "@claudine/protocol/errors" } },
    banner: REQUIRE,
    without: ["react", "ink", "yargs", "zod", "lmdb"],
  },
  {
    entry: "packages/daemon/src/main.ts",
    out: "claudined.mjs",
    options: { format: "esm", ...readable },
    banner: `${SHEBANG}\n${REQUIRE}`,
    program: true,
    without: ["react", "ink", "yargs"],
  },
];

async function commandLine(): Promise<Bundle[]> {
  const { lean, full } = await splitCommandLine();
  return [
    {
      out: "claudine.cjs",
      // `import()` becomes `require`: loading the rest must not start the ESM loader.
      options: { ...commonJs, ...lean, alias: rpcClientOnly, minify: true, supported: { "dynamic-import": false } },
      banner: SHEBANG,
      program: true,
      without: ["zod", "yargs", "react", "ink", "chrono-node", "temporal-polyfill", "yaml"],
    },
    {
      out: "claudine-full.cjs",
      options: { ...commonJs, ...full, ...readable, define: { ...commonJs.define, "import.meta.url": "__metaUrl" } },
      banner: META_URL,
      without: ["react", "ink", "chrono-node", "temporal-polyfill", "yaml"],
    },
    ...APART.map((part): Bundle => ({ ...part, options: { format: "cjs", ...readable }, banner: "" })),
  ];
}

export async function bundleAll(outDir: string): Promise<Metafile[]> {
  const bundles = [...ENTRIES, ...(await commandLine())];
  const work = bundles.map((bundle) => buildBundle(bundle, outDir));
  await Promise.allSettled(work);
  return Promise.all(work);
}

export async function buildBundle(bundle: Bundle, outDir: string): Promise<Metafile> {
  const outfile = join(outDir, bundle.out);
  const { metafile } = await esbuild({
    absWorkingDir: rootDir,
    ...(bundle.entry !== undefined && { entryPoints: [bundle.entry] }),
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["lmdb"],
    legalComments: "none",
    banner: { js: bundle.banner },
    plugins: [without("react-devtools-core"), without("@opentelemetry/api")],
    logLevel: "warning",
    ...bundle.options,
    define: {
      __CLAUDINE_VERSION__: JSON.stringify(await productVersion()),
      __CLAUDINE_NODE__: "undefined",
      "process.env.NODE_ENV": '"production"',
      ...bundle.options.define,
    },
    metafile: true,
  });
  refuse(bundle, metafile);
  if (bundle.isLatin1) await refuseWideText(outfile);
  if (bundle.program) {
    await chmod(outfile, 0o755);
  }
  return metafile;
}

/** Ink loads the devtools only when `DEV` is set, prom-client the tracing only for exemplars: not part of the product. */
function without(name: string): Plugin {
  return {
    name: `without-${name}`,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: `without-${name}` }));
      build.onLoad({ filter: /.*/, namespace: `without-${name}` }, () => ({ contents: "export default {}" }));
    },
  };
}

function refuse({ out, without = [] }: Bundle, metafile: Metafile): void {
  for (const input of Object.keys(metafile.inputs)) {
    const unwanted = without.find((name) => input.includes(`node_modules/${name}/`));
    if (unwanted !== undefined) {
      throw new Error(
        `${out} must not contain ${unwanted}, but ${input} got in: import only types of it, or load it with import() where it is needed`,
      );
    }
  }
}

async function refuseWideText(file: string): Promise<void> {
  const wide = /.{0,40}[^\0-\xff]/.exec(await readFile(file, "utf8"));
  if (wide !== null) throw new Error(`${file} must be Latin-1, write \\u… instead of: ${wide[0]}`);
}

async function productVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(rootDir, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}
