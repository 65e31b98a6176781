/** Real git repositories for tests, and a fingerprint of a checkout that shows whether anything touched it. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Rig } from "./daemon.ts";

export class Repo {
  readonly dir: string;
  readonly #env: Record<string, string>;

  constructor(dir: string, env: Record<string, string>) {
    this.dir = dir;
    this.#env = env;
  }

  /** What it prints, without the line end. */
  git(...args: string[]): Promise<string> {
    return this.gitIn(this.dir, ...args);
  }

  async gitIn(cwd: string, ...args: string[]): Promise<string> {
    return (await this.gitBytes(cwd, ...args)).toString().replace(/\n$/, "");
  }

  gitBytes(cwd: string, ...args: string[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      execFile("git", args, { cwd, env: this.#env, encoding: "buffer" }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`git ${args.join(" ")}: ${stderr.toString()}`, { cause: error }));
      });
    });
  }

  async write(name: string, text: string | Buffer): Promise<void> {
    await mkdir(dirname(join(this.dir, name)), { recursive: true });
    await writeFile(join(this.dir, name), text);
  }

  /** Writes files and commits them. @returns the commit */
  async commit(files: Record<string, string>, message = "change"): Promise<string> {
    for (const [name, text] of Object.entries(files)) await this.write(name, text);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  /** Of every file, its mode and its content, the index as bytes, the head, and the branch that is checked out. */
  async fingerprint(): Promise<Record<string, string>> {
    const prints: Record<string, string> = {};
    for (const path of await filesBelow(this.dir)) {
      const file = Buffer.concat([Buffer.from(`${this.dir}/`), Buffer.from(path, "latin1")]);
      const stat = await lstat(file);
      const content = stat.isSymbolicLink() ? await readlink(file) : await readFile(file);
      prints[path] = `${stat.mode.toString(8)} ${stat.mtimeMs} ${hash(content)}`;
    }
    const index = await readFile(join(this.dir, ".git/index")).catch(() => "");
    const branch = await this.git("symbolic-ref", "--quiet", "HEAD").catch(() => "");
    const tip = await this.git("rev-parse", "--quiet", "--verify", "HEAD").catch(() => "");
    const stash = await this.git("stash", "list");
    return { ...prints, index: hash(index), HEAD: `${branch} ${tip}`, stash };
  }
}

function hash(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Names as latin1, which holds any bytes. */
async function filesBelow(dir: string, below = ""): Promise<string[]> {
  const folder = Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(below, "latin1")]);
  const entries = await readdir(folder, { withFileTypes: true, encoding: "latin1" });
  const found = await Promise.all(
    entries
      .filter(({ name }) => name !== ".git")
      .map((entry) => {
        const path = join(below, entry.name);
        return entry.isDirectory() ? filesBelow(dir, path) : Promise.resolve([path]);
      }),
  );
  return found.flat().toSorted();
}

/** An identity, so that git commits; nothing of the machine's own configuration. */
export const GIT_ENV = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Tester",
  GIT_AUTHOR_EMAIL: "tester@example.org",
  GIT_COMMITTER_NAME: "Tester",
  GIT_COMMITTER_EMAIL: "tester@example.org",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "protocol.file.allow",
  GIT_CONFIG_VALUE_0: "always",
};

export type RepoOptions = { name?: string; args?: readonly string[]; empty?: boolean };

/** In the folder where commands are run, with one commit on `main` unless it is to be empty. */
export async function makeRepo(rig: Rig, options: RepoOptions = {}): Promise<Repo> {
  const { name = "repo", args = [], empty = false } = options;
  const dir = rig.file(name);
  await mkdir(dir, { recursive: true });
  const repo = new Repo(dir, { ...rig.env, ...GIT_ENV });
  await repo.git("init", "--quiet", "--initial-branch=main", ...args);
  if (!empty) await repo.commit({ "file.txt": "one\ntwo\nthree\n", ".gitignore": "*.log\n.env*\n" }, "first");
  return repo;
}
