/** docs/reference/errors.md, from the error table. */
import { ERRORS } from "@claudine/protocol";
import { code, fence, page, table } from "./markdown.ts";

export function errorsPage(): string {
  return page(
    "Errors",
    "Every failure that a client can be told of is one of these. The daemon answers with the RPC code; `claudine` says it on stderr and ends with the exit code.",
    table(
      ["Name", "RPC code", "Exit code", "Meaning"],
      Object.entries(ERRORS).map(([name, { rpc, exit, means }]) => [code(name), String(rpc), String(exit), means]),
    ),
    "## On the socket",
    "`message` is a sentence for people, `data.code` the name above, `data.hint` what to do about it, where there is something to do.",
    fence(
      "json",
      JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        error: {
          code: ERRORS.wrong_state.rpc,
          message: "Cannot kill task 12: it has already finished",
          data: { code: "wrong_state", hint: "Look at it with claudine show 12" },
        },
      }),
    ),
    "## On the command line",
    fence("", "claudine: Cannot kill task 12: it has already finished\n  hint: Look at it with claudine show 12"),
    'With `--json` the same is one line on stderr: `{"error":{"code","message","hint"}}`, where `hint` may be null.',
    "What a task does is never an error of Claudine: that it exits with 1, is killed or cannot be started is data, in its state and outcome.",
  );
}
