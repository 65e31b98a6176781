/** Fills the places of a template's prompt. Pure. */
import { ClaudineError } from "@claudine/protocol";

const PLACE = /\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}/g;

/** Every place needs a value, and every value a place. @throws ClaudineError invalid_params */
export function fillTemplate(name: string, prompt: string, vars: Readonly<Record<string, string>>): string {
  const places = new Set([...prompt.matchAll(PLACE)].map(([, place = ""]) => place));
  const missing = [...places].filter((place) => !Object.hasOwn(vars, place));
  const unknown = Object.keys(vars).filter((place) => !places.has(place));
  if (missing.length > 0)
    throw wrong(
      `the template ${name} needs ${missing.join(", ")}`,
      `Add ${missing.map((one) => `--var ${one}=…`).join(" ")}`,
    );
  if (unknown.length > 0)
    throw wrong(
      `the template ${name} has no ${unknown.map((one) => `{{ ${one.slice(0, 80)} }}`).join(", ")}`,
      places.size === 0 ? "It takes no variables" : `It takes ${[...places].join(", ")}`,
    );
  // In one pass: what is put in is not looked at again.
  return prompt.replaceAll(PLACE, (_, place: string) => vars[place] ?? "");
}

function wrong(why: string, hint: string): ClaudineError {
  return new ClaudineError("invalid_params", `Cannot make the prompt: ${why}`, { hint });
}
