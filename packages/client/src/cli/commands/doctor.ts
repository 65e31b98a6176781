/** `claudine doctor`: looks for what keeps Claudine from working, and says what to do. */
import type { Command } from "../command.ts";
import type { Check } from "../doctor/check.ts";
import { flag } from "../input.ts";
import { type Color, paint } from "../paint.ts";
import { printJson } from "../print.ts";

const COLORS: Readonly<Record<Check["level"], Color>> = { ok: "green", warning: "yellow", error: "red" };

export const doctor: Command = {
  name: "doctor",
  inNode: true,
  summary: "Check the installation and everything on the disk; exit code 1 when something is wrong",
  options: [
    {
      name: "fix",
      type: "boolean",
      describe: "Repair the state, set aside what cannot be repaired; the daemon is stopped for that, tasks go on",
    },
  ],
  async run(input, io) {
    const { examine } = await import("../doctor/examine.ts");
    const checks = await examine(io, flag(input, "fix"));
    if (flag(input, "json")) printJson(io, { checks });
    else if (!flag(input, "quiet")) io.out(checksText(checks, io.color));
    return checks.some(({ level }) => level === "error") ? 1 : 0;
  },
};

function checksText(checks: readonly Check[], color: boolean): string {
  const nameWidth = Math.max(0, ...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, level, message, hint }) => {
      const line = `${paint(level.padEnd(7), COLORS[level], color)}  ${name.padEnd(nameWidth)}  ${message}\n`;
      return hint === null ? line : `${line}${" ".repeat(nameWidth + 11)}${hint}\n`;
    })
    .join("");
}
