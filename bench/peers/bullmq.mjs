/** BullMQ as a queue of commands: `node bullmq.mjs COUNT SLOTS SOCKET` adds so many jobs, and a worker spawns `true` for each. */
import { spawn } from "node:child_process";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

const [count, concurrency] = process.argv.slice(2, 4).map(Number);
const connect = () => new Redis({ path: process.argv[4], maxRetriesPerRequest: null });
const clients = [connect(), connect()];
const queue = new Queue("bench", { connection: clients[0] });
let done = 0;
const finished = new Promise((resolve) => {
  const worker = new Worker("bench", run, { connection: clients[1], concurrency });
  worker.on("completed", () => {
    done += 1;
    if (done === count) resolve(worker);
  });
});
await queue.addBulk(Array.from({ length: count }, () => ({ name: "true", data: {} })));
const worker = await finished;
await worker.close();
await queue.close();
for (const client of clients) client.disconnect();

function run() {
  return new Promise((resolve, reject) => {
    spawn("true", { stdio: "ignore" }).on("error", reject).on("close", resolve);
  });
}
