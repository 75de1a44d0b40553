import { collectDefaultMetrics, Registry } from 'prom-client';

/** Limits of histograms of durations, seconds: from a cached answer to the longest a search may take. */
export const DURATION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of a process: ours, and those of the process and of Node by their usual names. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

const OUR_NAME = /^logwarren(_[a-z]+)+$/;
const NOT_BASE_UNIT =
  /_(ms|millis|milliseconds|us|micros|microseconds|minutes|hours|days|kb|mb|kib|mib|megabytes)(_|$)/;
const ENDING: Readonly<Record<string, RegExp>> = {
  counter: /_total$/,
  histogram: /_(seconds|bytes|records|messages|chunks|packs)$/,
};

/**
 * What is wrong with the metrics of a registry by our rule, a line each: our names are `logwarren_` and lower-case words;
 * counters end in `_total`, histograms in what they measure, gauges in neither; seconds and bytes only; every metric has
 * a help text and no label is an id. Metrics of the process and of Node are not ours to name.
 */
export function metricProblems(registry: Registry): string[] {
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => !/^(process|nodejs)_/.test(name))
    .flatMap((metric) => problemsOf({ ...metric, type: String(metric.type), labels: labelsOf(metric) }));
}

function labelsOf(metric: object): string[] {
  return 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];
}

interface DescribedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

function problemsOf({ name, help, type, labels }: DescribedMetric): string[] {
  const ending = ENDING[type];
  return [
    OUR_NAME.test(name) ? '' : `${name}: not logwarren_ and lower-case words`,
    NOT_BASE_UNIT.test(name) ? `${name}: seconds and bytes are the only units` : '',
    ending === undefined || ending.test(name) ? '' : `${name}: a ${type} that does not end in ${ending.source}`,
    type !== 'counter' && name.endsWith('_total') ? `${name}: a ${type} that ends in _total` : '',
    help.trim() === '' ? `${name}: no help text` : '',
    ...labels.filter((label) => /(^|_)id$/i.test(label)).map((label) => `${name}: the label ${label} is an id`),
  ].filter((problem) => problem !== '');
}
