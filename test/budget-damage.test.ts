/** A damaged store: what agents have spent is not given out a second time, and what was lost of it is told. */
import { expect, onTestFinished, test } from "vitest";
import { createAgentRig, type AgentRig } from "./support/agents.ts";
import { damageLeaves, storeFile } from "./support/crash-damage.ts";
import { checkState } from "./support/crash-rig.ts";
import { rewriteValue } from "./support/raw-store.ts";

/** Of a day and of a group both budgets are used up, and no daemon runs. */
async function spent(): Promise<AgentRig> {
  const own = await createAgentRig({ config: "slots: 1\nagent: {budgets: {day: {usd: 0.5}}}\n" });
  onTestFinished(() => own[Symbol.asyncDispose]());
  await own.rig.claudine("group", "set", "night", "--budget", "0.4");
  for (const prompt of ["say one", "say two"]) await own.rig.ended(await own.agent(prompt, "-g", "night"));
  await own.rig.claudine("clean");
  await own.rig.down();
  return own;
}

async function expectKnown(own: AgentRig): Promise<void> {
  const client = await own.rig.client();
  const { budgets } = await client.call("budget.list", {});
  const amount = { usd: 0.5, tokens: 240 };
  expect(budgets).toMatchObject([
    { scope: { kind: "day" }, spent: amount, reached: true },
    { scope: { kind: "group", name: "night" }, spent: amount, reached: true, limit: { usd: 0.4 } },
  ]);
  const id = await own.agent("say three", "-g", "night");
  expect((await own.rig.claudine("explain", String(id))).stdout).toMatch(
    /^budget of group night: 0\.50 of 0\.40 dollars spent\nbudget of the day: 0\.50 of 0\.50 dollars spent/,
  );
}

const LOST = (whose: string) =>
  `What ${whose} have spent cannot be read: counted anew from the journal, which may know less`;

test("accounts on a damaged page are counted anew from the journal by the daemon that salvages the store, which says so", async () => {
  const own = await spent();
  const { rig } = own;
  expect(await damageLeaves(storeFile(rig), ["spent/night"])).toBeGreaterThan(0);
  for (const _ of [1, 2]) await rig.spawnDaemon().ended;
  await rig.up();
  const said = rig.daemon?.stderr() ?? "";
  expect(said).toContain('What could be read was copied into a new store; damaged: meta"');
  for (const whose of ["all agents together", "the agents of group night"]) expect(said).toContain(LOST(whose));
  await expectKnown(own);
});

test("the record of an account alone: the next daemon counts it anew, and says so; so does doctor --fix", async () => {
  const own = await spent();
  const { rig } = own;
  const spoil = () => rewriteValue(rig.home, { table: "meta", key: "spent/night" }, () => "spoilt");
  await spoil();
  await rig.up();
  expect(rig.daemon?.stderr()).toContain('"record":"meta/spent/night"');
  await expectKnown(own);
  await rig.down();
  await spoil();
  const name = "meta/spent/night";
  expect(await checkState(rig)).toContainEqual(expect.objectContaining({ name, level: "error" }));
  const message = LOST("the agents of group night");
  expect(await checkState(rig, "--fix")).toContainEqual(expect.objectContaining({ name, level: "warning", message }));
  await rig.up();
  expect(rig.daemon?.stderr()).not.toContain("meta/spent");
  await expectKnown(own);
});
