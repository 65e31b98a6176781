import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Client, ConnectionChange } from "./client.ts";
import { connect, type ConnectOptions } from "./connect.ts";
import { FakeDaemon, send } from "./fake-daemon.ts";

let daemon: FakeDaemon;
let clients: Client[];

beforeEach(async () => {
  daemon = new FakeDaemon();
  clients = [];
  await daemon.listen();
});

afterEach(async () => {
  for (const client of clients) client.close();
  await daemon.raze();
});

async function open(options: ConnectOptions = {}): Promise<Client> {
  const client = await connect({ socket: daemon.socket, autostart: false, ...options });
  clients.push(client);
  return client;
}

/** Resolves once the daemon was asked for `count` things. */
async function asked(count: number): Promise<void> {
  await expect.poll(() => daemon.asked.length).toBe(count);
}

const submitParams = { env: {}, cwd: "/", umask: 0o22, tasks: [{ command: "true" }] };

describe("calls", () => {
  test("an answer goes to its question, in whatever order answers come", async () => {
    const later: (() => void)[] = [];
    daemon.answer = ({ id, params }, socket) => {
      later.unshift(() => send(socket, { jsonrpc: "2.0", id, result: { echo: params["id"] } }));
      if (later.length === 3) for (const one of later) one();
      return undefined;
    };
    const client = await open();
    const answers = await Promise.all([1, 2, 3].map((id) => client.call("task.get", { id })));
    expect(answers).toEqual([{ echo: 1 }, { echo: 2 }, { echo: 3 }]);
  });

  test("an error of the daemon keeps its code, text and hint", async () => {
    daemon.answer = () => ({
      error: { code: -32002, message: "Cannot kill task 12: it has already finished", data: { hint: "look" } },
    });
    const client = await open();
    const error = await client.call("task.kill", { selector: ["12"] }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClaudineError);
    expect(error).toMatchObject({
      code: "wrong_state",
      message: "Cannot kill task 12: it has already finished",
      hint: "look",
    });
  });

  test("a call can be given up by a signal", async () => {
    daemon.answer = () => undefined;
    const client = await open();
    const controller = new AbortController();
    const waiting = client.call("task.wait", { selector: ["all"] }, { signal: controller.signal });
    await asked(1);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  test("what is not JSON ends the call with an error, not with a wait for ever", async () => {
    daemon.answer = (_asked, socket) => {
      socket.write("HTTP/1.1 400 Bad Request\r\n");
      return undefined;
    };
    await expect((await open()).call("daemon.status", {})).rejects.toMatchObject({ code: "parse_error" });
  });

  test("an error without an id, as for a line that is too long, ends every open call", async () => {
    daemon.answer = (_asked, socket) => {
      socket.end(
        `${JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32006, message: "The line is too long" } })}\n`,
      );
      return undefined;
    };
    await expect((await open()).call("task.submit", submitParams)).rejects.toMatchObject({ code: "too_large" });
  });

  test("a closed client refuses", async () => {
    const client = await open();
    client.close();
    await expect(client.call("daemon.status", {})).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("a daemon that goes away", () => {
  test("reads and waits are asked again", async () => {
    daemon.answer = () => undefined;
    const client = await open();
    const waiting = client.call("task.wait", { selector: ["1"] });
    await asked(1);
    await daemon.stop();
    daemon.answer = () => ({ result: { reached: true, tasks: [] } });
    await daemon.listen();
    await expect(waiting).resolves.toEqual({ reached: true, tasks: [] });
    expect(daemon.methods).toEqual(["task.wait", "task.wait"]);
  });

  test("a submit that may have happened is not repeated, and says so", async () => {
    daemon.answer = (_asked, socket) => {
      socket.destroy();
      return undefined;
    };
    const client = await open();
    await expect(client.call("task.submit", submitParams)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("Cannot tell whether task.submit happened"),
    });
    expect(daemon.methods).toEqual(["task.submit"]);
  });

  test("a submit that was refused because the daemon stops goes to the next one", async () => {
    daemon.answer = (_asked, socket) => {
      setImmediate(() => socket.destroy());
      daemon.answer = () => ({ result: { ids: [7], uids: ["u"] } });
      return { error: { code: -32004, message: "The daemon is stopping" } };
    };
    const client = await open();
    await expect(client.call("task.submit", submitParams)).resolves.toEqual({ ids: [7], uids: ["u"] });
  });

  test("listeners hear of it and of the next one", async () => {
    const client = await open();
    const changes: ConnectionChange["state"][] = [];
    client.onConnection(({ state }) => changes.push(state));
    daemon.drop();
    await expect.poll(() => changes).toEqual(["lost"]);
    await client.call("daemon.status", {});
    expect(changes).toEqual(["lost", "connected"]);
  });

  test("it is given up after the time for reconnecting", async () => {
    daemon.answer = () => undefined;
    const client = await open({ reconnectMs: 20 });
    const waiting = client.call("task.wait", { selector: ["1"] });
    await asked(1);
    await daemon.stop();
    await expect(waiting).rejects.toMatchObject({ code: "unavailable", hint: "claudine daemon start" });
  });

  test("one that cuts every connection without a word is given up, too", async () => {
    const client = await open({ reconnectMs: 30 });
    daemon.answer = (_asked, socket) => {
      socket.destroy();
      return undefined;
    };
    await expect(client.call("daemon.status", {})).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("no daemon to connect to", () => {
  test("without auto-start nothing is started", async () => {
    await daemon.stop();
    await expect(open()).rejects.toMatchObject({ code: "unavailable", hint: "claudine daemon start" });
  });

  test("a path too long for the kernel is named with its limit", async () => {
    const socket = `/tmp/${"x".repeat(120)}`;
    await expect(open({ socket })).rejects.toThrow(
      new RegExp(`${socket}: its path has 125 bytes, and the system allows 10[37]`),
    );
  });

  test.runIf(process.getuid?.() === 0)("a folder of somebody else is refused", async () => {
    const dir = join(daemon.dir, "theirs");
    mkdirSync(dir);
    chownSync(dir, 1234, 1234);
    await expect(open({ socket: join(dir, "d.sock") })).rejects.toMatchObject({
      code: "permission",
      message: expect.stringContaining("belongs to user 1234"),
    });
  });

  test("why a daemon does not come up is told in its own words", async () => {
    const program = join(daemon.dir, "fails.mjs");
    writeFileSync(
      program,
      `console.error('{"level":"error","message":"Cannot open the store: broken","code":"storage"}'); process.exit(74);`,
    );
    const env = { XDG_STATE_HOME: daemon.dir, XDG_RUNTIME_DIR: daemon.dir, CLAUDINED: program };
    const socket = join(daemon.dir, "none.sock");
    await expect(open({ socket, autostart: true, env })).rejects.toThrow(
      "Cannot start the daemon: Cannot open the store: broken",
    );
  });
});

describe("a daemon that was connected to, and ends", () => {
  /** A daemon that says with a file that it was started, answers everything and ends with its first connection. */
  function program(): NodeJS.ProcessEnv {
    const file = join(daemon.dir, "claudined.mjs");
    writeFileSync(
      file,
      `
      import { rmSync, writeFileSync } from "node:fs";
      import { createServer } from "node:net";
      writeFileSync(${JSON.stringify(join(daemon.dir, "started"))}, "");
      rmSync(process.env.CLAUDINE_SOCKET, { force: true });
      const server = createServer((socket) => {
        socket.once("close", () => process.exit());
        socket.once("data", (line) => socket.write(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, result: {} }) + "\\n"));
      });
      server.listen(process.env.CLAUDINE_SOCKET);
    `,
    );
    return { XDG_STATE_HOME: daemon.dir, XDG_RUNTIME_DIR: daemon.dir, CLAUDINED: file };
  }

  test("by a stop: who waits does not bring it back, but goes on with the next one", async () => {
    daemon.answer = () => undefined;
    const client = await open({ autostart: true, env: program() });
    const waiting = client.call("task.wait", { selector: ["1"] });
    await asked(1);
    await daemon.stop();
    daemon.answer = () => ({ result: { reached: true, tasks: [] } });
    await daemon.listen();
    await waiting;
    expect(existsSync(join(daemon.dir, "started"))).toBe(false);
  });

  test("by a crash: who waits starts the next one", async () => {
    await daemon.stop();
    const crashing = `require("net").createServer((s) => s.once("data", () => process.kill(process.pid, "SIGKILL"))).listen(process.argv[1], () => console.log())`;
    const first = spawn(process.execPath, ["-e", crashing, daemon.socket], { stdio: ["ignore", "pipe", "inherit"] });
    await once(first.stdout, "data");
    const client = await open({ autostart: true, env: program() });
    await expect(client.call("daemon.status", {})).resolves.toEqual({});
    expect(existsSync(join(daemon.dir, "started"))).toBe(true);
  });
});
