/**
 * The command line as two files: what every call needs, and the rest, which the first loads on `import()`.
 * Node starts fastest from one CommonJS file, and esbuild splits only ES modules, so the cut is made here.
 * The second file takes the modules of the first from it: a class must not exist twice, or `instanceof` fails.
 */
import { basename, join } from "node:path";
import { build as esbuild, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { rootDir } from "./dist-folder.ts";

const ENTRY = "packages/client/src/cli/main.ts";
const LEAN = "./claudine.cjs";
const FULL = "./claudine-full.cjs";
/** Files of their own: they bring packages that hardly any call needs, and nothing of ours. */
export const APART = [
  { entry: "packages/client/src/cli/rules/dates.ts", out: "claudine-dates.cjs" },
  { entry: "packages/client/src/cli/schedules/yaml.ts", out: "claudine-yaml.cjs" },
] as const;

export interface CommandLine {
  readonly lean: BuildOptions;
  readonly full: BuildOptions;
}

/** Entries and plugins of the two bundles; the caller adds its own options. */
export async function splitCommandLine(): Promise<CommandLine> {
  const { shared, lazy } = await analyse();
  const exposed = shared.map((path, index) => `export * as shared${index} from "./${path}";`);
  const offered = lazy.map((path, index) => `exports.lazy${index} = () => require("./${path}");`);
  return {
    lean: {
      ...virtualEntry([...exposed, `import "./${ENTRY}";`]),
      plugins: [elsewhere(lazy, isDynamic, (index) => `require("${FULL}").lazy${index}()`)],
    },
    full: {
      ...virtualEntry(offered),
      plugins: [
        apart,
        elsewhere(
          shared,
          () => true,
          (index) => `require("${LEAN}").shared${index}`,
        ),
      ],
    },
  };
}

/** `lazy` is what the entry's modules load when needed, `shared` what these need of the entry's own modules. */
async function analyse(): Promise<{ shared: string[]; lazy: string[] }> {
  const { metafile } = await esbuild({
    absWorkingDir: rootDir,
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    logLevel: "silent",
  });
  const lean = reachable(metafile, [ENTRY], (kind) => !isDynamic(kind));
  const lazy = [...lean].flatMap((path) => imports(metafile, path, isDynamic)).filter((path) => !lean.has(path));
  const full = reachable(metafile, lazy, () => true);
  return { shared: [...lean].filter((path) => full.has(path)), lazy: [...new Set(lazy)] };
}

type KindFilter = (kind: string) => boolean;

function reachable(metafile: Metafile, from: readonly string[], follow: KindFilter): Set<string> {
  const found = new Set(from);
  for (const path of found) {
    for (const next of imports(metafile, path, follow)) {
      found.add(next);
    }
  }
  return found;
}

/** Our own modules only: a package that both files use is small enough to be in both. */
function imports(metafile: Metafile, path: string, follow: KindFilter): string[] {
  const all = metafile.inputs[path]?.imports ?? [];
  return all
    .filter(({ path: next, kind }) => next.startsWith("packages/") && follow(kind))
    .map(({ path: next }) => next);
}

function isDynamic(kind: string): boolean {
  return kind === "dynamic-import";
}

function virtualEntry(lines: readonly string[]): BuildOptions {
  return { stdin: { contents: lines.join("\n"), resolveDir: rootDir, sourcefile: "entry.js" } };
}

const apart: Plugin = {
  name: "apart",
  setup(build) {
    build.onResolve({ filter: /\/claudine-(dates|yaml)\.cjs$/ }, ({ path }) => ({ path, external: true }));
    build.onResolve({ filter: /^\..*\/(dates|yaml)\.ts$/ }, ({ path }) => {
      const part = APART.find(({ entry }) => entry.endsWith(`/${basename(path)}`));
      return part === undefined ? undefined : { path: part.out, namespace: "apart" };
    });
    build.onLoad({ filter: /.*/, namespace: "apart" }, ({ path }) => ({
      contents: `module.exports = require("./${path}");`,
      resolveDir: rootDir,
    }));
  },
};

/** Replaces the modules at `paths` by what the other file gives for them. */
function elsewhere(paths: readonly string[], when: KindFilter, expression: (index: number) => string): Plugin {
  const inside = Symbol("resolving");
  return {
    name: "elsewhere",
    setup(build) {
      build.onResolve({ filter: /^\.\/claudine(-full)?\.cjs$/ }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /^(\.|@claudine\/)/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === inside || !when(kind)) {
          return undefined;
        }
        const resolved = await build.resolve(path, { kind, importer, resolveDir, pluginData: inside });
        const index = paths.findIndex((candidate) => join(rootDir, candidate) === resolved.path);
        return index < 0 ? undefined : { path: String(index), namespace: "elsewhere" };
      });
      build.onLoad({ filter: /.*/, namespace: "elsewhere" }, ({ path }) => ({
        contents: `module.exports = ${expression(Number(path))};`,
        resolveDir: rootDir,
      }));
    },
  };
}
