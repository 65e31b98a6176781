/** The tool `result`: how a task ended, and the end of what it wrote. */
import { ClaudineError } from "@claudine/protocol/errors";
import { METHODS } from "@claudine/protocol/methods";
import { isFinished } from "@claudine/protocol/states";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Answer } from "../answer.ts";
import { briefTask } from "../brief.ts";
import { placeOf, plain, readable, readEnd } from "../output.ts";
import { defineTool, type Context } from "../tool.ts";

const STDOUT_BYTES = 16_384;
const STDERR_BYTES = 8192;

export const result = defineTool({
  name: "result",
  title: "Result of a task",
  method: "task.get",
  also:
    "In short: its state and exit code, then the end of its stdout and of its stderr as blocks of their own; " +
    "of a coding agent that has ended its final answer instead. " +
    "logs reads what is before.",
  params: METHODS["task.get"].params,
  does: "reads",
  async run({ client, signal }, { id }) {
    const { task } = await client.call("task.get", { id }, { signal });
    if (task.agent !== null && isFinished(task.state)) return answerOf(client, task, signal);
    const stdout = await readEnd(client, { id, stream: "stdout", bytes: STDOUT_BYTES }, signal);
    const stderr = await readEnd(client, { id, stream: "stderr", bytes: STDERR_BYTES }, signal);
    const { wallMs, cpuMs, peakRssBytes } = task.usage;
    return {
      facts: {
        finished: isFinished(task.state),
        ...briefTask(task),
        usage: { wallMs, cpuMs, peakRssBytes },
        stdout: placeOf(stdout),
        stderr: placeOf(stderr),
      },
      texts: [`stdout:\n${readable(stdout)}`, `stderr:\n${readable(stderr)}`],
    };
  },
});

async function answerOf(client: Context["client"], task: TaskInfo, signal: AbortSignal): Promise<Answer> {
  const facts = { finished: true, ...briefTask(task) };
  try {
    const { agent } = await client.call("agent.result", { id: task.id }, { signal });
    const answer = agent.structured ?? agent.result;
    const rest = agent.cut === true ? { answerIsCut: "logs with stream stdout has all of what the agent wrote" } : {};
    return { facts: { ...facts, ...rest }, texts: answer === null ? [] : [plain(answer)] };
  } catch (error) {
    // A run that never began left no answer.
    if (error instanceof ClaudineError && error.code === "not_found") return { facts };
    throw error;
  }
}
