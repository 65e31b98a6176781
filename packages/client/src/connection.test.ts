import { once } from "node:events";
import { connect as dial } from "node:net";
import { expect, test } from "vitest";
import { Connection } from "./connection.ts";
import { FakeDaemon } from "./fake-daemon.ts";

test("a request on a connection that is about to end fails only when it has ended, so that who calls again gets another", async () => {
  const daemon = new FakeDaemon();
  await daemon.listen();
  const socket = dial(daemon.socket);
  await once(socket, "connect");
  const connection = new Connection(socket);
  const order: string[] = [];
  void connection.ended.then(() => order.push("ended"));
  socket.destroy();
  await connection.request("daemon.status", {}).catch(() => order.push("failed"));
  expect(order).toEqual(["ended", "failed"]);
  await daemon.raze();
});
