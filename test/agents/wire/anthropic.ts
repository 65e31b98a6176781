/** The Messages API, streamed. */
import { writeEvents, type Wire } from "./wire.ts";

const usage = { input_tokens: 1200, cache_read_input_tokens: 300, cache_creation_input_tokens: 0, output_tokens: 1 };

export const wire: Wire = {
  path: /^\/v1\/messages(\?|$)/,
  afterTool: (body) => body.includes(`"type":"tool_result"`),
  write: (response, reply) => {
    const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-5", content: [] };
    const isText = reply.type === "text";
    writeEvents(response, [
      { type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null, usage } },
      {
        type: "content_block_start",
        index: 0,
        content_block: isText
          ? { type: "text", text: "" }
          : { type: "tool_use", id: "toolu_1", name: reply.name, input: {} },
      },
      {
        type: "content_block_delta",
        index: 0,
        delta: isText
          ? { type: "text_delta", text: reply.text }
          : { type: "input_json_delta", partial_json: JSON.stringify(reply.input) },
      },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: isText ? "end_turn" : "tool_use", stop_sequence: null },
        usage: { output_tokens: 25 },
      },
      { type: "message_stop" },
    ]);
  },
};
