/** The tests drive what ships: dist/ is rebuilt first when a source is newer. */
import { buildIfStale } from "../../scripts/build.ts";

export async function setup(): Promise<void> {
  await buildIfStale();
}
