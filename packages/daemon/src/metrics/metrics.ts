/** Counts what happens, and gives it out when somebody asks. */
import type { Fact } from "../engine.ts";
import type { Exposition } from "./exposition.ts";
import type { MetricFacts } from "./families.ts";
import { countFact, createTally } from "./tally.ts";

export type Metrics = {
  onFacts(facts: readonly Fact[]): void;
  read(): Promise<Exposition>;
};

export function createMetrics(look: () => Promise<Omit<MetricFacts, "tally">>): Metrics {
  const tally = createTally();
  return {
    onFacts(facts) {
      for (const fact of facts) countFact(tally, fact);
    },
    async read() {
      const { expose } = await import("./exposition.ts");
      return expose({ tally, ...(await look()) });
    },
  };
}
