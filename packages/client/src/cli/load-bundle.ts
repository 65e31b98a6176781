/** Loads a part of the product that is a bundle of its own, because hardly any call needs it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ClaudineError } from "@claudine/protocol/errors";

/**
 * @param what as in "Cannot show top"
 * @throws ClaudineError internal when the file is not there
 */
export async function loadBundle<Module>(what: string, name: string): Promise<Module> {
  const here = import.meta.dirname;
  // Beside this bundle; in the sources the built one is used.
  const file = [join(here, name), join(here, "../../../../dist", name)].find((place) => existsSync(place));
  if (file === undefined)
    throw new ClaudineError("internal", `Cannot ${what}: ${join(here, name)} is missing`, {
      hint: "Install claudine again",
    });
  return (await import(pathToFileURL(file).href)) as Module;
}
