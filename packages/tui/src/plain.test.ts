import { expect, test } from "vitest";
import { plainFrame } from "./plain.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { FakeSource } from "./testing/fake-source.ts";
import { makeTask, running } from "./testing/make-task.ts";
import { lookOf } from "./theme.ts";

/** A daemon that takes its time until it tells of its tasks. */
class SlowSource extends FakeSource {
  answer = () => {};
  readonly #answered = new Promise<void>((resolve) => {
    this.answer = resolve;
  });

  override async *events(options: { signal?: AbortSignal } = {}) {
    await this.#answered;
    yield* super.events(options);
  }
}

function frameOf(source: SlowSource, clock: FakeClock) {
  const said: string[] = [];
  const look = lookOf({ color: false, ascii: true });
  void plainFrame({ source, clock, look, size: { columns: 80, rows: 24 } }).then((text) => said.push(text));
  return said;
}

test("the tasks are waited for however long a daemon takes to tell of them", async () => {
  const source = new SlowSource([makeTask(1, running(5000))]);
  const clock = new FakeClock();
  const said = frameOf(source, clock);
  await clock.pass(20_000);
  expect(said).toEqual([]);
  source.answer();
  await clock.pass(1000);
  expect(said).toEqual([expect.stringMatching(/running +1 /)]);
});

test("a daemon that cannot be reached is not waited for", async () => {
  const source = new SlowSource();
  const clock = new FakeClock();
  const said = frameOf(source, clock);
  await clock.pass(5000);
  source.connection({ state: "lost", why: "gone" });
  await clock.pass(1000);
  expect(said).toHaveLength(1);
});
