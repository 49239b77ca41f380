/**
 * Puts the metrics into Prometheus’s text form, with those of the process. prom-client is loaded by the first scrape:
 * it takes longer to load than the rest of a start, and a mock that nobody scrapes never needs it.
 */
import type { Metric } from 'prom-client';
import type { Environments } from '../environment/environments.ts';
import type { Family, Metrics } from './metrics.ts';

export interface Exposition {
  contentType: string;
  text: () => Promise<string>;
}

/** A family as the registry asks for it. The type of prom-client wants its own classes; the registry wants `get`. */
function asMetric({ name, help, type, samples }: Family): Metric {
  const metric = {
    name,
    get: async () => ({
      name,
      help,
      type,
      aggregator: 'sum',
      values: samples().map(({ suffix = '', labels, value }) => ({
        metricName: `${name}${suffix}`,
        labels,
        value,
      })),
    }),
  };
  return metric as unknown as Metric;
}

/** A registry of its own for each mock: several in one process do not clash. */
export async function createExposition(metrics: Metrics, environments: Environments): Promise<Exposition> {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const registry = new Registry();
  for (const family of metrics.families(environments)) registry.registerMetric(asMetric(family));
  collectDefaultMetrics({ register: registry });
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
