/** The Gemini API, streamed. */
import { writeEvents, type Wire } from "./wire.ts";

const usageMetadata = {
  promptTokenCount: 1200,
  cachedContentTokenCount: 300,
  candidatesTokenCount: 20,
  thoughtsTokenCount: 5,
  totalTokenCount: 1225,
};

export const wire: Wire = {
  path: /:streamGenerateContent(\?|$)/,
  afterTool: (body) => body.includes(`"functionResponse"`),
  write: (response, reply) => {
    const part =
      reply.type === "text"
        ? { text: reply.text }
        : { functionCall: { name: reply.name, args: reply.input, id: "c1" } };
    const candidate = { content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 };
    writeEvents(response, [{ candidates: [candidate], usageMetadata, modelVersion: "gemini-2.5-pro" }]);
  },
};
