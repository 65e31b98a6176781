/** Wrong words on the command line, and a daemon that is none: one clear line, a hint, the right exit code. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { CLIENT, type Ended, start } from "./support/program.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  await rig.ran("true");
  await mkdir(rig.file("folder"));
  await writeFile(rig.file("empty"), "");
  await writeFile(rig.file("text"), "no JSON\n");
  return () => rig[Symbol.asyncDispose]();
});

/** One line that says what is wrong, and perhaps one that says what to do. */
function expectOneError(ended: Ended, code: number): void {
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(/^claudine: .+\n( {2}hint: .+\n)?$/);
  expect(ended.stderr).not.toMatch(/Error:|undefined|\[object/);
}

const ENDLESS = "x".repeat(100_000);

describe("words that make no sense", () => {
  test.for([
    "nonsense",
    "__proto__",
    "constructor",
    "toString",
    "list --nonsense",
    "list --__proto__ x",
    "list --limit x",
    "list --limit -1",
    "list --limit 1e999",
    "list --limit 99999999999999999999",
    "list --sort x",
    "list --columns x,y",
    "list extra",
    "show x",
    "show 0",
    "show -1",
    "show 1-",
    "show 3-1",
    "kill 0",
    "kill 1 -s -9",
    "kill 1 -s 99",
    "kill 1 -s SIGX",
    "kill all --grace soon",
    "kill all --grace 9999999999999d",
    "wait nothing",
    "logs 1 -n -5",
    "logs 1 -n 1.5",
    "logs 1 --run 0",
    "submit",
    "submit --",
    "submit -g a/b true",
    "submit -o x true",
    "submit -o 99999999999 true",
    "submit -e NOEQ true",
    "submit -e =x true",
    "submit --array 5-1 true",
    "submit --array 1-999999999 true",
    "submit --array x true",
    "submit --from-json empty",
    "submit --from-json text",
    "submit --after x true",
    "submit --after 0 true",
    "submit --after 3-1 true",
    "submit --after 1 --after-any 1 true",
    "submit --on-dependency-failure x --after 1 true",
    "submit --delay soon true",
    "submit --delay 9999999d true",
    "submit --delay 1h --at noon true",
    "submit --at yesterday true",
    "submit --at never true",
    "submit --at 2026-02-31 true",
    "submit --at 2099-01-01T00:00[Mars/Crater] true",
    "submit --retries -1 true",
    "submit --retries 1.5 true",
    "submit --retry-delay 5s true",
    "submit --retries 1 --backoff linear true",
    "submit --retries 1 --retry-on-exit 256 true",
    "submit --timeout 0 true",
    "submit --timeout 1y true",
    "submit --warn-signal USR1@1s true",
    "submit --timeout 1h --warn-signal 1s true",
    "submit --timeout 1h --warn-signal NOPE@1s true",
    "submit --grace 2d true",
    "submit --slots 0 true",
    "submit --lock a%b true",
    "submit --claim gpu=0 true",
    "submit --claim gpu=x true",
    "submit --claim =1 true",
    "submit --cpus -1 true",
    "submit --memory lots true",
    "submit --memory 4G --memory-max 2G true",
    "submit -o highest true",
    "set 1",
    "set 1 --nonsense",
    "move 1",
    "switch 1",
    "pause --wait",
    "pause 1 --wait",
    "pause 1 -g x",
    "resume",
    "retry",
    "group",
    "group add",
    "group add a/b",
    "group add x --slots 0",
    "parallel 0 --all-groups",
    "parallel 1 -g x --all-groups",
    "parallel 0",
    "parallel x",
    "parallel 1e9",
    "events --since -1",
    "events --since 9 -n 2",
    "send 1",
    "clean --older-than x",
    "config check x",
    "completion x",
    "daemon x",
    "service x",
    "top",
    "help nonsense",
  ])("claudine %s", async (words) => {
    expectOneError(await rig.claudine(...words.split(" ")), 2);
  });

  test.for([
    ["sumbit", "submit"],
    ["run", "submit"],
    ["stop", "kill"],
    ["tail", "follow"],
  ] as const)("the verb %s: %s was meant", async ([word, meant]) => {
    const ended = await rig.claudine(word, "1");
    expectOneError(ended, 2);
    expect(ended.stderr).toContain(`Did you mean ${meant}?`);
  });

  test.for([
    { what: "a verb without end", words: [ENDLESS] },
    { what: "an option without end", words: ["list", `--${ENDLESS}`] },
    { what: "a label without end", words: ["submit", "-l", ENDLESS, "true"] },
    { what: "a group without end", words: ["submit", "-g", ENDLESS, "true"] },
    { what: "a selector without end", words: ["list", ENDLESS] },
    { what: "a signal without end", words: ["kill", "1", "-s", ENDLESS] },
    { what: "a duration without end", words: ["kill", "1", "--grace", `${"9".repeat(100_000)}d`] },
    { what: "a number without end", words: ["list", "--limit", "9".repeat(100_000)] },
    { what: "an empty verb", words: [""] },
    { what: "an empty command", words: ["submit", ""] },
  ])("$what", async ({ words }) => {
    const ended = await rig.claudine(...words);
    expectOneError(ended, 2);
    expect(ended.stderr.length).toBeLessThan(2000);
  });

  test.for(["show 99", "show 99999999999999", "show 4294967297", "logs 99", "kill 99", "send 99 x", "wait 99"])(
    "claudine %s: there is no such task",
    async (words) => {
      const ended = await rig.claudine(...words.split(" "));
      expectOneError(ended, 66);
      expect(ended.stderr).toContain("there is no such task");
    },
  );

  test.for(["submit --each-line /no/such/file echo", "submit --each-line folder echo"])(
    "claudine %s",
    async (words) => {
      expectOneError(await rig.claudine(...words.split(" ")), 66);
    },
  );

  test("in JSON, too", async () => {
    const { code, stdout, stderr } = await rig.claudine("--json", "show", "99");
    expect({ code, stdout }).toEqual({ code: 66, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "not_found", message: expect.any(String) } });
  });
});

describe("input that makes no sense", () => {
  test.for([
    { what: "JSON that never ends", input: "[".repeat(1_000_000), code: 2 },
    { what: "JSON of something else", input: '[1,null,"x",{"commnd":"x"}]', code: 2 },
    { what: "JSON with an unknown key", input: '[{"command":"x","__proto__":{"a":1}}]', code: 2 },
    { what: "JSON with a bad group", input: '[{"command":"x"},{"command":"x","group":"a b"}]', code: 2 },
    {
      what: "more than a message holds",
      input: JSON.stringify([{ command: ["true", "x".repeat(70_000_000)] }]),
      code: 65,
    },
    { what: "bytes", input: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), code: 2 },
  ])("$what", async ({ input, code }) => {
    expectOneError(await rig.claudineWith({ input }, "submit", "--from-json", "-"), code);
  });

  test("more lines than tasks in one call", async () => {
    expectOneError(await rig.claudineWith({ input: "x\n".repeat(100_001) }, "submit", "--each-line", "-", "echo"), 2);
  });

  test("as many words as the system lets through", async () => {
    const words = Array<string>(15).fill(ENDLESS);
    expect(await rig.claudine("submit", "--wait", "--", "true", ...words)).toMatchObject({ code: 0, stderr: "" });
  });

  test("a folder that is gone", async () => {
    const gone = rig.file("gone");
    await mkdir(gone);
    const script = `rmdir "$0"; exec "$@" submit --wait true`;
    const shell = start("/bin/sh", { args: ["-c", script, gone, ...CLIENT], env: rig.env, cwd: gone });
    expectOneError(await shell.ended, 2);
  });
});

describe("something else that listens on the socket", () => {
  const fakes: { what: string; says: (socket: Socket) => void; code: number }[] = [
    { what: "talks of something else", says: (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), code: 65 },
    { what: "says null", says: (socket) => socket.write("null\n"), code: 65 },
    { what: "answers without a result", says: answerWith('"result":null'), code: 70 },
    { what: "answers with a result of another kind", says: answerWith('"result":{"tasks":7}'), code: 70 },
    { what: "answers with an error of its own", says: answerWith('"error":{"code":1,"message":"no"}'), code: 70 },
    { what: "answers with an error that is none", says: answerWith('"error":{}'), code: 70 },
    {
      what: "answers in colours",
      says: answerWith('"error":{"code":-32001,"message":"\\u001b[31mred\\n","data":{"hint":"\\u001b[2J"}}'),
      code: 66,
    },
  ];

  function answerWith(fields: string): (socket: Socket) => void {
    return (socket) => {
      socket.on("data", (line) => {
        for (const [, id] of String(line).matchAll(/"id":(\d+)/g))
          socket.write(`{"jsonrpc":"2.0","id":${id},${fields}}\n`);
      });
    };
  }

  test.for(fakes)("$what", async ({ what, says, code }) => {
    const path = rig.file(`${fakes.findIndex((fake) => fake.what === what)}.sock`);
    const server = createServer((socket) => {
      socket.on("error", () => {});
      says(socket);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(async () => {
      server.close();
      await rm(path, { force: true });
    });
    const ended = await rig.claudine("--socket", path, "--no-autostart", "list", "--all");
    expectOneError(ended, code);
    expect(ended.stderr).not.toContain("\u001b");
  });
});
