/** Follows tasks with many connections, as many `claudine follow` would: `node followers.ts COUNT TASKS`. */
import { connect } from "@claudine/client";

const [count = 1, tasks = 1] = process.argv.slice(2).map(Number);

async function follow(id: number): Promise<never> {
  const client = await connect({ autostart: false });
  let at = await client.call("log.read", { id, tailLines: 10 });
  for (;;) at = await client.call("log.read", { id, offset: at.nextOffset, maxBytes: 1_048_576, waitMs: 30_000 });
}

const following = Array.from({ length: count }, (_, index) => follow((index % tasks) + 1));
process.stdout.write("follow\n");
await Promise.all(following);
