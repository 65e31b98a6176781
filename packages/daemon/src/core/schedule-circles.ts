/** Schedules that would wait for each other's first success, and so never begin. */

type Step = { name: string; left: string[] };
type WaitsFor = (name: string) => readonly string[];

/** The names along a circle that can be reached from one of `names`, its first again at the end; each is visited once. */
export function circleAmong(names: Iterable<string>, waitsFor: WaitsFor): string[] | undefined {
  const done = new Set<string>();
  for (const name of names) {
    const circle = done.has(name) ? undefined : circleFrom(name, waitsFor, done);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function circleFrom(first: string, waitsFor: WaitsFor, done: Set<string>): string[] | undefined {
  const path: Step[] = [{ name: first, left: [...waitsFor(first)] }];
  const onPath = new Set([first]);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = step.left.pop();
    if (next === undefined) {
      path.pop();
      onPath.delete(step.name);
      done.add(step.name);
    } else if (onPath.has(next)) {
      const names = path.map(({ name }) => name);
      return [...names.slice(names.indexOf(next)), next];
    } else if (!done.has(next)) {
      onPath.add(next);
      path.push({ name: next, left: [...waitsFor(next)] });
    }
  }
  return undefined;
}
