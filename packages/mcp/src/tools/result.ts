/** The tool `result`: how a task ended, and the end of what it wrote. */
import { METHODS } from "@claudine/protocol/methods";
import { isFinished } from "@claudine/protocol/states";
import { briefTask } from "../brief.ts";
import { placeOf, readable, readEnd } from "../output.ts";
import { defineTool } from "../tool.ts";

const STDOUT_BYTES = 16_384;
const STDERR_BYTES = 8192;

export const result = defineTool({
  name: "result",
  title: "Result of a task",
  method: "task.get",
  also:
    "In short: its state and exit code, then the end of its stdout and of its stderr as blocks of their own. " +
    "logs reads what is before.",
  params: METHODS["task.get"].params,
  does: "reads",
  async run({ client, signal }, { id }) {
    const { task } = await client.call("task.get", { id }, { signal });
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
