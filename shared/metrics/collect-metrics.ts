import { METRIC_NAMESPACE } from '#contracts/metric-namespace.ts';
import {
  DURATION_BUCKETS_SECONDS,
  ENVIRONMENT_DIMENSION,
  METRICS,
  type MetricName,
  type MetricSpec,
} from '#contracts/metrics.ts';
import { addDays, DAY_MS, dayOf, startOf } from '#kernel/calendar.ts';
import * as environment from '#platform/environment.ts';
import { ask, listSeries, type MetricSeries, type Window } from './cloudwatch.ts';
import type { Labels, MetricFamily, Sample } from './prometheus-text.ts';
import { queueFamilies } from './queue-families.ts';

const MINUTE_MS = 60_000;
/** A gauge whose last value is older than this shows nothing. */
const GAUGE_WINDOW_MS = 15 * MINUTE_MS;

const HISTOGRAM_STATS = ['SampleCount', 'Sum', ...DURATION_BUCKETS_SECONDS.map((le) => `TC(:${le})`)];
/** The statistics that make up a family of each type; each is one question. */
const STATS: Readonly<Record<MetricSpec['type'], readonly string[]>> = {
  counter: ['Sum'],
  gauge: ['Maximum'],
  histogram: HISTOGRAM_STATS,
  summary: ['SampleCount', 'Sum'],
};

/** A series with the numbers of its type's statistics. */
export interface Measured {
  readonly labels: Labels;
  readonly values: readonly number[];
}

/**
 * Returns CloudWatch's metrics of this environment as Prometheus families. Counters hold the day (UTC) so far, as one
 * number per series; a new day looks like a restart.
 */
export async function collectMetrics(now: Date): Promise<MetricFamily[]> {
  const series = await listSeries(METRIC_NAMESPACE, { [ENVIRONMENT_DIMENSION]: environment.name() });
  const names = Object.keys(METRICS) as MetricName[];
  const ours = await Promise.all(names.map((name) => familiesOf(name, series, now)));
  return [...ours.flat(), ...(await queueFamilies(gaugeWindow(now)))];
}

async function familiesOf(
  name: MetricName,
  all: readonly MetricSeries[],
  now: Date,
): Promise<MetricFamily[]> {
  const spec: MetricSpec = METRICS[name];
  const series = all.filter((candidate) => candidate.name === name);
  const stats = STATS[spec.type];
  const window = spec.type === 'gauge' ? gaugeWindow(now) : windowOfDay(now);
  const answers = await ask(
    series.flatMap((one) => stats.map((stat) => ({ series: one, stat }))),
    window,
  );
  const measured = series.flatMap((one, index): Measured[] => {
    const values = answers.slice(index * stats.length, (index + 1) * stats.length);
    if (values[0] === undefined) return [];
    return [{ labels: labelsOf(one, spec), values: values.map((value) => value ?? 0) }];
  });
  return render(spec, measured);
}

function render(spec: MetricSpec, measured: readonly Measured[]): MetricFamily[] {
  const { type, help, prometheus: name } = spec;
  const family = (samples: readonly Sample[]): MetricFamily => ({ name, type, help, samples });
  switch (type) {
    case 'histogram':
      return [family(measured.flatMap(histogramSamples)), ...requestFamilies(measured)];
    case 'summary':
      return [family(measured.flatMap(totals)), jobFamily(measured)];
    default: {
      const samples = measured.map(({ labels, values: [value = 0] }) => ({ labels, value }));
      // A counter that has never counted is reported as zero: an alert needs a number to watch.
      const isSilent = type === 'counter' && spec.dimensions.length === 0 && samples.length === 0;
      return [family(isSilent ? [{ labels: {}, value: 0 }] : samples)];
    }
  }
}

function totals({ labels, values: [count = 0, sum = 0] }: Measured): Sample[] {
  return [
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
}

/** CloudWatch counts within a range from a sketch of the values: never more than all, and never fewer than below. */
function histogramSamples(one: Measured): Sample[] {
  const { labels, values } = one;
  const [count = 0] = values;
  let below = 0;
  const buckets = DURATION_BUCKETS_SECONDS.map((le, index) => {
    below = Math.min(count, Math.max(below, Math.round(values[index + 2] ?? 0)));
    return { suffix: '_bucket', labels: { ...labels, le: String(le) }, value: below };
  });
  const all = { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count };
  return [...buckets, all, ...totals(one)];
}

function requestFamilies(measured: readonly Measured[]): MetricFamily[] {
  const samples = measured.map(({ labels, values: [value = 0] }) => ({ labels, value }));
  return [
    {
      name: 'vestry_http_requests_total',
      type: 'counter',
      help: 'Requests that a route has answered, by class of status.',
      samples,
    },
    {
      name: 'vestry_http_errors_total',
      type: 'counter',
      help: 'Requests that a route has answered with a problem: 4xx are the callers, 5xx are ours.',
      samples: samples.filter(({ labels }) => ['4xx', '5xx'].includes(labels.status ?? '')),
    },
  ];
}

function jobFamily(measured: readonly Measured[]): MetricFamily {
  return {
    name: 'vestry_jobs_total',
    type: 'counter',
    help: 'Messages, scheduled runs and steps that have ended, by outcome.',
    samples: measured.map(({ labels, values: [value = 0] }) => ({ labels, value })),
  };
}

/** Returns the labels in the order of the table, leaving out dimensions that the table doesn't have. */
function labelsOf({ dimensions }: MetricSeries, spec: MetricSpec): Labels {
  return Object.fromEntries(spec.dimensions.map((name) => [name, dimensions[name] ?? '']));
}

function windowOfDay(now: Date): Window {
  const day = dayOf(now);
  return { start: startOf(day), end: startOf(addDays(day, 1)), periodSeconds: DAY_MS / 1_000 };
}

function gaugeWindow(now: Date): Window {
  const endMs = Math.ceil((now.getTime() + 1) / MINUTE_MS) * MINUTE_MS;
  return { start: new Date(endMs - GAUGE_WINDOW_MS), end: new Date(endMs), periodSeconds: 60 };
}
