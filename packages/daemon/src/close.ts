/** The orderly end of a daemon. */
import type { Agents } from "./agents/agents.ts";
import type { Engine } from "./engine.ts";
import type { Attached } from "./environment/attached.ts";
import type { History } from "./history/history.ts";
import type { Endpoint } from "./metrics/endpoint.ts";
import type { KeptOutput } from "./output/kept-output.ts";
import type { RpcServer } from "./rpc/server.ts";
import type { Hooks } from "./running/hooks.ts";
import type { openProcesses } from "./running/run-processes.ts";
import type { openStore } from "./store/store.ts";
import type { Rest } from "./time/rest.ts";

/** Whoever restarts the daemon waits for it. */
const HOOKS_END_MS = 2000;

type Parts = {
  engine: Engine<Attached>;
  agents: Agents;
  server: RpcServer;
  processes: ReturnType<typeof openProcesses>;
  store: ReturnType<typeof openStore>;
  rest: Rest;
  history: History;
  endpoint: Endpoint;
  output: KeptOutput;
  hooks: Hooks;
};

/** Takes no more work, lets what is decided become durable, and leaves the tasks running. */
export async function close(parts: Parts): Promise<void> {
  const { engine, server, processes, store, rest, hooks, output, agents, history, endpoint } = parts;
  rest.close();
  agents.close();
  const swept = output.close();
  engine.admit(false);
  await engine
    .dispatch({ type: "report-daemon", started: false, pid: process.pid, version: "", bootId: "" })
    .catch(() => {});
  await engine.close();
  await Promise.all([server.close(), endpoint.close()]);
  await hooks.close(HOOKS_END_MS);
  processes.close();
  await Promise.all([swept, history.close()]);
  await store.close();
}
