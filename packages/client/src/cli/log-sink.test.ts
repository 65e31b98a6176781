import { expect, test } from "vitest";
import type { Io } from "./command.ts";
import { logSink, type SinkOptions } from "./log-sink.ts";

type Written = { stdout: string; stderr: string };

/** What arrives when `pieces` are taken one by one. */
async function run(
  pieces: readonly (string | Buffer)[],
  options: Partial<SinkOptions> & { tty: boolean; color?: boolean; stream?: "stdout" | "stderr" },
): Promise<Written> {
  const written: Written = { stdout: "", stderr: "" };
  const io: Pick<Io, "stdoutIsTty" | "stderrIsTty" | "write" | "color"> = {
    stdoutIsTty: options.tty,
    stderrIsTty: options.tty,
    color: options.color ?? options.tty,
    write: async (to, bytes) => {
      written[to] += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
    },
  };
  const sink = logSink(io, options.stream ?? "stdout", { id: 12, raw: false, ...options });
  for (const piece of pieces) await sink.take(Buffer.from(piece));
  await sink.end();
  return written;
}

test("bytes go through as they are when nobody looks", async () => {
  const bytes = Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0xff, 0x00, 0x0d]);
  expect((await run([bytes], { tty: false })).stdout).toBe(bytes.toString("latin1"));
  expect((await run([bytes], { tty: true, raw: true })).stdout).toBe(bytes.toString("latin1"));
});

test("on a terminal colours stay and everything else is made visible, wherever it is cut", async () => {
  const text = "\u001b[31mred\u001b[0m\r\n\u001b[2J\u0007€";
  const whole = "\u001b[31mred\u001b[0m\n␛[2J␇€\u001b[0m";
  expect((await run([text], { tty: true })).stdout).toBe(whole);
  const single = [...Buffer.from(text)].map((byte) => Buffer.of(byte));
  expect((await run(single, { tty: true })).stdout).toBe(whole);
});

test("what was held back comes at the end", async () => {
  expect((await run(["a\u001b["], { tty: true })).stdout).toBe("a␛[\u001b[0m");
});

test("with several tasks every line says whose it is", async () => {
  expect((await run(["a\nb", "c\n\nd"], { tty: false, prefix: true })).stdout).toBe("[12] a\n[12] bc\n[12] \n[12] d\n");
});

test("a line without an end is given in parts", async () => {
  const { stdout } = await run(["x".repeat(150_000)], { tty: false, prefix: true });
  expect(stdout.split("\n").map(({ length }) => length)).toEqual([65_541, 65_541, 18_933, 0]);
});

test("as JSON lines each piece says whose it is, on stdout", async () => {
  const { stdout } = await run(["a", Buffer.from([0xe2, 0x82]), Buffer.from([0xac])], {
    tty: false,
    lines: true,
    stream: "stderr",
  });
  expect(stdout).toBe('{"id":12,"stream":"stderr","text":"a"}\n{"id":12,"stream":"stderr","text":"€"}\n');
});

test("the task's stderr goes to stderr", async () => {
  expect(await run(["oops"], { tty: false, stream: "stderr" })).toEqual({ stdout: "", stderr: "oops" });
});

test("on a terminal each task has its colour, and none without", async () => {
  const colored = (await run(["\u001b[31ma\nb\n"], { tty: true, prefix: true })).stdout;
  expect(colored).toBe("\u001b[0m\u001b[36m[12]\u001b[0m \u001b[31ma\n\u001b[0m\u001b[36m[12]\u001b[0m b\n\u001b[0m");
  const plain = (await run(["a\n"], { tty: true, prefix: true, color: false })).stdout;
  expect(plain).toBe("[12] a\n");
});
