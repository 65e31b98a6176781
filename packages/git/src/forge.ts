/** Opens pull requests by the forges' own programs: gh for GitHub, glab for GitLab. */
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { withoutMisleading, type Env } from "./clean-env.ts";
import type { Git, GitPlace } from "./run-git.ts";

export type Forge = "gh" | "glab";
export type PullRequest = {
  branch: string;
  base: string;
  title: string;
  body: string;
  draft: boolean;
  /** Title and text as the program makes them of the commits. */
  fill: boolean;
};

/** The one whose name the address of the remote holds, else the one that there is. @throws ClaudineError not_found */
export function chooseForge(env: Env, remoteUrl: string): Forge {
  const wanted: readonly Forge[] = /gitlab/i.test(remoteUrl)
    ? ["glab"]
    : /github/i.test(remoteUrl)
      ? ["gh"]
      : ["gh", "glab"];
  const found = wanted.find((program) => isOnPath(env, program));
  if (found !== undefined) return found;
  throw new ClaudineError("not_found", `there is no ${wanted.join(" and no ")} on the PATH`, {
    hint: "https://cli.github.com, https://gitlab.com/gitlab-org/cli; git push alone needs neither",
  });
}

function isOnPath(env: Env, program: string): boolean {
  return (env["PATH"] ?? "").split(delimiter).some((folder) => {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** @returns its address, also of one that is there already @throws ClaudineError */
export async function openPullRequest(place: GitPlace, forge: Forge, request: PullRequest): Promise<string> {
  const { code, stdout, stderr } = await run(place, forge, argsOf(forge, request));
  const url = lastUrl(stdout) ?? (/already exists/i.test(stderr) ? lastUrl(stderr) : undefined);
  if (url !== undefined) return url;
  const why = stderr.trim().split("\n").at(-1) ?? "";
  throw new ClaudineError(
    "wrong_state",
    `${forge}: ${why === "" ? `it exited with ${code} and gave no address` : why}`,
    {
      hint:
        forge === "gh"
          ? "gh auth status says whether you are logged in"
          : "glab auth status says whether you are logged in",
    },
  );
}

function argsOf(forge: Forge, { branch, base, title, body, draft, fill }: PullRequest): string[] {
  const text = [
    ...(title === "" ? [] : ["--title", title]),
    ...(fill ? ["--fill"] : [forge === "gh" ? "--body" : "--description", body]),
  ];
  const shape = draft ? ["--draft"] : [];
  return forge === "gh"
    ? ["pr", "create", "--head", branch, "--base", base, ...text, ...shape]
    : ["mr", "create", "--source-branch", branch, "--target-branch", base, ...text, ...shape, "--yes"];
}

function lastUrl(text: string): string | undefined {
  return [...text.matchAll(/https?:\/\/[^\s"'<>]+/g)].at(-1)?.[0];
}

type End = { code: number; stdout: string; stderr: string };

function run({ cwd, env }: GitPlace, forge: Forge, args: readonly string[]): Promise<End> {
  return new Promise((resolve, reject) => {
    const quiet = { GH_PROMPT_DISABLED: "1", NO_PROMPT: "1", NO_COLOR: "1" };
    const child = spawn(forge, args, {
      cwd,
      env: { ...withoutMisleading(env), ...quiet },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (piece: Buffer) => out.push(piece));
    child.stderr.on("data", (piece: Buffer) => err.push(piece));
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code: code ?? 128, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** Where a branch is pushed to: as configured for it or its base, else `origin`, else the only one. @throws ClaudineError */
export async function remoteOf(git: Git, branches: readonly string[]): Promise<{ name: string; url: string }> {
  const names = (await git.read(["remote"]))
    .toString()
    .split("\n")
    .filter((name) => name !== "");
  const configured = await Promise.all(
    branches.map((branch) => git.run(["config", "--get", `branch.${branch}.remote`])),
  );
  const wanted = [
    ...configured.map(({ stdout }) => stdout.toString().trim()),
    "origin",
    names.length === 1 ? names[0] : "",
  ];
  const name = wanted.find((one) => one !== undefined && names.includes(one));
  if (name === undefined)
    throw new ClaudineError("not_found", "the repository has no remote to push to", {
      hint: "git remote add origin URL",
    });
  return { name, url: await git.line(["remote", "get-url", "--push", name]) };
}
