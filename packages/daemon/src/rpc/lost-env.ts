/** What is said when a variable is to be added to an environment whose secrets are gone. */
import { ClaudineError } from "@claudine/protocol";

export function refuseLostEnv(name: string, lost: readonly string[]): ClaudineError {
  return new ClaudineError(
    "wrong_state",
    `Cannot edit schedule ${name}: the key to its secret variables (${lost.join(", ")}) is gone`,
    { hint: `\`claudine schedule edit ${name} --take-env\` takes this shell's environment instead` },
  );
}
