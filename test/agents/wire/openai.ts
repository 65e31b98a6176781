/** The Responses API, streamed. */
import { writeEvents, type Wire } from "./wire.ts";

const usage = {
  input_tokens: 1200,
  input_tokens_details: { cached_tokens: 300 },
  output_tokens: 25,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 1225,
};

export const wire: Wire = {
  path: /\/responses(\?|$)/,
  afterTool: (body) => /"type":"(function|custom_tool)_call_output"/.test(body),
  write: (response, reply) => {
    const item =
      reply.type === "text"
        ? { type: "message", role: "assistant", id: "msg_1", content: [{ type: "output_text", text: reply.text }] }
        : {
            type: "function_call",
            id: "fc_1",
            call_id: "call_1",
            name: reply.name,
            arguments: JSON.stringify(reply.input),
          };
    writeEvents(response, [
      { type: "response.created", response: { id: "resp_1" } },
      { type: "response.output_item.added", output_index: 0, item },
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: { id: "resp_1", usage, output: [item] } },
    ]);
  },
};
