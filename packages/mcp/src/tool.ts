/** What a tool is: a row of data whose schema and description come from the protocol's method table. */
import type { Client } from "@claudine/client";
import { METHODS, type MethodName } from "@claudine/protocol/methods";
import type { ToolAnnotations } from "@modelcontextprotocol/server";
import type * as z from "zod";
import type { Answer } from "./answer.ts";
import { readArguments } from "./arguments.ts";

export type Context = {
  client: Client;
  /** Aborted when the caller does not want the answer any more. */
  signal: AbortSignal;
  /** Tells how far it is; undefined when nobody asked. */
  report: ((progress: { progress: number; total: number; message: string }) => Promise<void>) | undefined;
};

export type Tool = {
  name: string;
  title: string;
  /** The method that it is made from. */
  method: MethodName;
  description: string;
  params: z.ZodType;
  annotations: ToolAnnotations;
  /** Connects when the arguments are right. @throws ClaudineError */
  call(connect: () => Promise<Context>, given: unknown): Promise<Answer>;
};

type Row<P extends z.ZodType> = {
  name: string;
  title: string;
  method: MethodName;
  /** What a caller must know beside the method's own description. */
  also: string;
  params: P;
  /** What it does to the world: a command that runs may do anything. */
  does: "reads" | "runs" | "ends";
  run(context: Context, args: z.output<P>): Promise<Answer>;
};

export function defineTool<P extends z.ZodType>({ name, title, method, also, params, does, run }: Row<P>): Tool {
  return {
    name,
    title,
    method,
    params,
    description: `${METHODS[method].about} ${also}`,
    annotations: {
      title,
      readOnlyHint: does === "reads",
      destructiveHint: does !== "reads",
      idempotentHint: does === "reads",
      openWorldHint: does === "runs",
    },
    call: async (connect, given) => {
      const args = readArguments(name, params, given);
      return run(await connect(), args);
    },
  };
}
