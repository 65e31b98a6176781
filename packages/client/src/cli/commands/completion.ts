/** `claudine completion`: prints a script that teaches a shell the words of claudine. */
import type { Command, Io } from "../command.ts";

type Shell = "bash" | "zsh" | "fish";

const LOAD = {
  bash: ["source <(claudine completion bash)", "for this shell; put the line into ~/.bashrc to keep it"],
  zsh: ["source <(claudine completion zsh)", "for this shell; put the line into ~/.zshrc after compinit to keep it"],
  fish: ["claudine completion fish > ~/.config/fish/completions/claudine.fish", "for all shells from now on"],
} as const satisfies Record<Shell, readonly [string, string]>;

const shells: readonly Shell[] = ["bash", "zsh", "fish"];

export const completion: Command = {
  name: "completion",
  summary: "Print the completion script of a shell",
  options: [],
  subcommands: shells.map((shell) => ({
    name: shell,
    summary: `Print the completion script of ${shell}`,
    options: [],
    examples: [LOAD[shell]],
    run: async (_input, io) => print(shell, io),
  })),
};

async function print(shell: Shell, io: Io): Promise<number> {
  const { COMMANDS } = await import("./index.ts");
  io.out(await script(shell, COMMANDS));
  return 0;
}

async function script(shell: Shell, commands: readonly Command[]): Promise<string> {
  switch (shell) {
    case "bash":
      return (await import("../completion/bash.ts")).bashCompletion(commands);
    case "zsh":
      return (await import("../completion/zsh.ts")).zshCompletion(commands);
    case "fish":
      return (await import("../completion/fish.ts")).fishCompletion(commands);
  }
}
