/** From a line to an answer: JSON-RPC 2.0 by json-rpc-2.0, parameters checked by the method table. */
import { ClaudineError, ERRORS, METHODS, type MethodName } from "@claudine/protocol";
import {
  createJSONRPCErrorResponse,
  JSONRPCServer,
  type JSONRPCErrorResponse,
  type JSONRPCID,
  type JSONRPCResponse,
} from "json-rpc-2.0";
import { describeIssues } from "../config/issues.ts";
import { errorFacts } from "../log.ts";
import { batchCaller } from "./batch.ts";
import type { Caller, Context, Handler } from "./context.ts";
import { HANDLERS } from "./handlers/index.ts";
import { parseLine, type Incoming } from "./parse-line.ts";
import { expectedError } from "./system-errors.ts";

export type Answer = JSONRPCResponse | JSONRPCResponse[] | null;
export type Dispatch = (line: Buffer, caller: Caller) => Promise<Answer>;

export function createDispatch(context: Context): Dispatch {
  const server = new JSONRPCServer<Caller>({ errorListener: () => {} });
  server.mapErrorToJSONRPCErrorResponse = (id, error) => errorResponse(context, id, error);
  server.handleMethodNotFound = ({ id, method }) =>
    Promise.resolve(id === undefined ? null : errorResponse(context, id, unknownMethod(method)));
  for (const name of Object.keys(METHODS) as MethodName[]) addMethod(context, server, name);

  const answerOne = async (incoming: Incoming, caller: Caller): Promise<JSONRPCResponse | null> =>
    "error" in incoming
      ? errorResponse(context, incoming.id, incoming.error)
      : server.receive(incoming.request, caller);

  return async (line, caller) => {
    context.onRequest();
    const parsed = parseLine(line);
    if (!("batch" in parsed)) return answerOne(parsed, caller);
    const inBatch = batchCaller(caller);
    const answers = await Promise.all(parsed.batch.map((one) => answerOne(one, inBatch)));
    const said = answers.filter((answer) => answer !== null);
    return said.length === 0 ? null : said;
  };
}

function unknownMethod(method: string): ClaudineError {
  return new ClaudineError("unknown_method", `There is no method "${method.slice(0, 80)}"`, {
    hint: "docs/reference/methods.md lists them",
  });
}

function addMethod<M extends MethodName>(context: Context, server: JSONRPCServer<Caller>, name: M): void {
  const handler = HANDLERS[name] as unknown as Handler<M>;
  const schema = METHODS[name].params;
  server.addMethod(name, (params: unknown, caller: Caller) => {
    context.log.debug("A request", { method: name });
    const parsed = schema.safeParse(params ?? {});
    if (parsed.success) return handler(context, parsed.data as Parameters<typeof handler>[1], caller);
    const problems = describeIssues(parsed.error, schema);
    throw new ClaudineError("invalid_params", `Cannot ${wishOf(name)}: ${problems.join("; ")}`, {
      hint: `docs/reference/methods.md#${name.replace(".", "")}`,
    });
  });
}

/** `submit`, `read the log`. */
function wishOf(name: MethodName): string {
  const [noun = "", verb = ""] = name.split(".");
  return noun === "task" ? verb : `${verb} the ${noun}`;
}

export function errorResponse(context: Pick<Context, "log">, id: JSONRPCID, error: unknown): JSONRPCErrorResponse {
  const expected = expectedError(error);
  if (expected !== undefined) {
    const { code, message, hint } = expected;
    return createJSONRPCErrorResponse(id, ERRORS[code].rpc, message, { code, hint: hint ?? null });
  }
  context.log.error("A request failed by a bug", errorFacts(error));
  return createJSONRPCErrorResponse(id, ERRORS.internal.rpc, "The daemon failed on this request", {
    code: "internal",
    hint: "The daemon's log has the details",
  });
}
