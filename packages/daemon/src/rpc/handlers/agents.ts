/** Hands prompts to coding agents, and tells what they answered. */
import { ClaudineError, type Run } from "@claudine/protocol";
import type { Attached } from "../../environment/attached.ts";
import { limitInfo } from "../../core/agent-limits.ts";
import type { Submission } from "../../core/submit.ts";
import { agentSpecOf } from "../agent-spec.ts";
import type { Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { noSuchTask } from "./read-tasks.ts";
import { passedOn, sealAll, taken } from "./submit.ts";

export const submit: Handler<"agent.submit"> = async (context, params) => {
  const base = passedOn(params.env);
  const attached = new Map<string, Attached>();
  const records = sealAll(context, base, params.tasks);
  const tasks = params.tasks.map((task, index): Submission => {
    const record = records[index] ?? context.vault.seal(base);
    const { spec, texts } = agentSpecOf(context, task, { ...params, env: base, envId: record.id });
    attached.set(record.id, record).set(texts.id, texts);
    const { ref, ifRunning, afterSchedules, held = false } = task;
    const afterRefs = task.after?.flatMap((one) => (one.ref === undefined ? [] : [{ ref: one.ref, on: one.on }]));
    return {
      spec,
      held,
      ifRunning,
      ref,
      afterRefs,
      afterSchedules,
    };
  });
  const { maxFails } = params;
  const entries = await context.engine.submit({ type: "submit", tasks, maxFails }, [...attached.values()]);
  return taken(entries);
};

export const result: Handler<"agent.result"> = async (context, { id, attempt }, caller) => {
  const found = await caller.inTurn(() =>
    context.engine.read((state) => {
      const task = taskOf(context, state, id);
      return task === undefined ? undefined : { task, runs: context.store.runs(id) };
    }),
  );
  if (found === undefined) throw noSuchTask("show the result of", id);
  if (found.task.agent === undefined)
    throw new ClaudineError("wrong_state", `Cannot show the result of task ${id}: it is no agent's`, {
      hint: `claudine logs ${id} shows what it wrote`,
    });
  const run = attempt === undefined ? found.runs.at(-1) : found.runs.find((one) => one.attempt === attempt);
  if (run === undefined) throw noEnd(id, attempt);
  if (run.agent === undefined)
    throw new ClaudineError("not_found", `Cannot show the result of task ${id}: its run ${run.attempt} left none`, {
      hint: `claudine show ${id} says how it ended`,
    });
  return { id, attempt: run.attempt, state: run.state, exitCode: exitCodeOf(run), agent: run.agent };
};

export const texts: Handler<"agent.texts"> = async (context, { id }, caller) => {
  const found = await caller.inTurn(() =>
    context.engine.read((state) => {
      const task = taskOf(context, state, id);
      const textsId = task?.agent?.textsId;
      return task === undefined ? undefined : { texts: textsId === undefined ? null : context.store.texts(textsId) };
    }),
  );
  if (found === undefined) throw noSuchTask("show the prompt of", id);
  if (found.texts === null)
    throw new ClaudineError("wrong_state", `Cannot show the prompt of task ${id}: it is no agent's`, {
      hint: `claudine show ${id} has its command`,
    });
  if (found.texts === undefined)
    throw new ClaudineError("storage", `Cannot show the prompt of task ${id}: it cannot be read`, {
      hint: "claudine doctor says what is wrong with the store",
    });
  return { ...found.texts, id };
};

function exitCodeOf({ outcome }: Run): number | null {
  return outcome.kind === "exited" ? outcome.exitCode : null;
}

function noEnd(id: number, attempt: number | undefined): ClaudineError {
  const which = attempt === undefined ? "no run of it has ended" : `it has no run ${attempt} that has ended`;
  return new ClaudineError("not_found", `Cannot show the result of task ${id}: ${which}`, {
    hint: `claudine follow ${id} shows what it does`,
  });
}

export const list: Handler<"agent.list"> = async (context, place) => {
  const tools = await context.agents.list(place);
  return context.engine.read(({ providers }) => ({
    agents: tools.map((tool) => ({ ...tool, limit: limitInfo(providers, tool.name) })),
  }));
};

export const free: Handler<"agent.free"> = async (context, { agent }) => {
  await context.engine.dispatch({ type: "forget-limit", agent });
  return {};
};
