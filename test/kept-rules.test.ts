/** What the scheduler has to know is known to the next daemon, however it comes to its store. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { checkState } from "./support/crash-rig.ts";

const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;
/** Its time begins when everything has been asked: it must not end in between, where some of the ways would not know why. */
const QUIET_LATER = "until [ -e hush ]; do echo on; sleep 0.1; done; exec sleep 1000";
const lines = async (rig: Rig, name: string) => (await readFile(rig.file(name), "utf8")).trimEnd().split("\n");

const WAYS: { way: string; pass(rig: Rig): Promise<unknown> }[] = [
  {
    way: "after a kill -9, twice",
    async pass(rig) {
      for (let kills = 0; kills < 2; kills += 1) {
        await rig.down("SIGKILL");
        await rig.up();
      }
    },
  },
  { way: "after a restart", pass: (rig) => rig.claudine("daemon", "restart") },
  {
    way: "after `doctor --fix`",
    async pass(rig) {
      await rig.down();
      await checkState(rig, "--fix");
      await rig.up();
    },
  },
  {
    way: "in a backup that is restored over a store that went on",
    async pass(rig) {
      expect(await rig.claudine("backup", "file")).toMatchObject({ code: 0 });
      await rig.ran("echo later");
      expect(await rig.claudine("restore", "--stop", "file")).toMatchObject({ code: 0 });
    },
  },
];

test.for(WAYS)("$way", async ({ pass }) => {
  const rig = await startDaemon({ config: "slots: 20\nautoscale: off\nresources: { gpu: 3 }\n" });
  await rig.claudine("parallel", "1", "-g", "narrow");
  await rig.claudine("parallel", "30", "--all-groups");
  const first = await rig.submit("--claim", "gpu=1", untilFile("first"));
  await rig.started(first);
  const holder = await rig.submit("--lock", "repo", "--claim", "gpu=1", `${untilFile("go")}; echo holder >> order`);
  await rig.started(holder);
  await writeFile(rig.file("first"), "");
  await rig.ended(first);
  const lockWaiter = await rig.submit("--lock", "repo", "echo waiter >> order");
  const gpuWaiter = await rig.submit("--claim", "gpu=3", "echo $CLAUDINE_GPU > units");
  const keyed = await rig.submit("--key", "nightly", "echo keyed >> keyed");
  await rig.ended(keyed);
  const tried = await rig.submit("--retries", "2", "--retry-delay", "2s", "echo $CLAUDINE_RUN >> tries; exit 3");
  await rig.inState(tried, "queued");
  const quiet = await rig.submit("--idle-timeout", "3s", QUIET_LATER);
  await rig.started(quiet);
  const fails = `[ $CLAUDINE_ARRAY_INDEX = 1 ] || ${untilFile("fail")}; exit 1`;
  const { stdout } = await rig.claudine("submit", "-g", "narrow", "--array", "1-3", "--max-fails", "1", fails);
  const [one = 0, two = 0, three = 0] = stdout.trim().split("\n").map(Number);
  await rig.ended(one);
  await rig.started(two);
  const [a, b] = [
    await rig.submit("-g", "narrow", "echo a >> moved"),
    await rig.submit("-g", "narrow", "echo b >> moved"),
  ];
  await rig.claudine("move", String(b), "--front");
  await rig.claudine("group", "add", "still");
  await rig.claudine("pause", "-g", "still");
  const stopped = await rig.submit("-g", "still", "true");

  await pass(rig);

  expect(await rig.show(holder)).toMatchObject({ state: "running", units: { gpu: [1] }, attempt: 1 });
  expect((await rig.show(lockWaiter)).reason).toBe(`waits for the lock repo, held by task ${holder}`);
  expect((await rig.show(gpuWaiter)).reason).toBe(`waits for 3 gpu (1 of 3 in use), held by task ${holder}`);
  expect(await rig.submit("--key", "nightly", "echo keyed >> keyed")).toBe(keyed);
  expect((await rig.show(stopped)).reason).toBe("waits for group still to be resumed");
  const client = await rig.client();
  const { groups, total } = await client.call("group.list", {});
  expect(total).toMatchObject({ slots: 30 });
  expect(groups.find(({ name }) => name === "narrow")).toMatchObject({ slots: 1 });
  await writeFile(rig.file("fail"), "");
  expect((await rig.ended(two)).state).toBe("failed");
  expect(await rig.ended(three)).toMatchObject({ state: "cancelled", reason: "more than 1 of its batch failed" });
  await rig.ended(a);
  expect(await lines(rig, "moved")).toEqual(["b", "a"]);
  await writeFile(rig.file("hush"), "");
  await writeFile(rig.file("go"), "");
  await rig.ended(lockWaiter);
  expect(await lines(rig, "order")).toEqual(["holder", "waiter"]);
  await rig.ended(gpuWaiter);
  expect(await lines(rig, "units")).toEqual(["0,1,2"]);
  expect(await rig.ended(quiet)).toMatchObject({
    state: "timed-out",
    reason: expect.stringContaining("wrote nothing"),
  });
  expect(await rig.ended(tried)).toMatchObject({ state: "failed", exitCode: 3, attempt: 3 });
  expect(await lines(rig, "tries")).toEqual(["1", "2", "3"]);
  expect(await lines(rig, "keyed")).toEqual(["keyed"]);
});
