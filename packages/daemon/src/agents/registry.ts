/** The agents that prompts can be given to: those built in, and those that the configuration declares. */
import { ADAPTERS, customAgent, type AgentAdapter } from "@claudine/agents";
import { ClaudineError, type AgentDefaults } from "@claudine/protocol";

export type Registry = {
  names(): string[];
  find(name: string): AgentAdapter | undefined;
  /** @throws ClaudineError invalid_params */
  get(name: string): AgentAdapter;
};

export function createRegistry(custom: AgentDefaults["custom"]): Registry {
  const adapters = new Map(Object.entries(ADAPTERS));
  for (const [name, declared] of Object.entries(custom)) adapters.set(name, customAgent(name, declared));
  return {
    names: () => [...adapters.keys()],
    find: (name) => adapters.get(name),
    get(name) {
      const adapter = adapters.get(name);
      if (adapter !== undefined) return adapter;
      throw new ClaudineError("invalid_params", `Cannot use the agent ${name}: there is none of this name`, {
        hint: `Known are ${[...adapters.keys()].join(", ")}; others are declared in the configuration under agent.custom`,
      });
    },
  };
}
