/** The metrics as Prometheus reads them. Loaded when somebody asks for the first time: prom-client is not small. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { familiesOf, type Counted, type Family, type MetricFacts } from "./families.ts";

export type Exposition = { contentType: string; text: string };

export async function expose(facts: MetricFacts): Promise<Exposition> {
  const registry = new Registry();
  for (const family of familiesOf(facts)) register(registry, family);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function register(registry: Registry, family: Family): void {
  const { name, help } = family;
  if (family.type === "histogram")
    return registry.registerMetric(new CountedHistogram(registry, { name, help }, family.series));
  const described = { name, help, labelNames: Object.keys(family.values[0]?.labels ?? {}), registers: [registry] };
  if (family.type === "gauge") {
    const metric = new Gauge(described);
    for (const { labels = {}, value } of family.values) metric.set(labels, value);
  } else {
    const metric = new Counter(described);
    for (const { labels = {}, value } of family.values) metric.inc(labels, value);
  }
}

/** The package's own one takes values only one by one, and these were counted before it was loaded. */
class CountedHistogram extends Histogram {
  readonly #described: { name: string; help: string };
  readonly #series: readonly Counted[];

  constructor(registry: Registry, described: { name: string; help: string }, series: readonly Counted[]) {
    super({ ...described, registers: [registry] });
    this.#described = described;
    this.#series = series;
  }

  getForPromString() {
    const { name } = this.#described;
    const values = this.#series.flatMap(({ labels = {}, buckets }) => {
      const { bounds, counts, sum, count } = buckets;
      const below = bounds.map((bound, index) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: String(bound) },
        value: counts[index] ?? 0,
      }));
      return [
        ...below,
        { metricName: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: count },
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return Promise.resolve({ ...this.#described, type: "histogram", values, aggregator: "sum" });
  }
}
