import { Metrics } from '@aws-lambda-powertools/metrics';
import {
  type CounterName,
  type Dimensions,
  type DurationName,
  type GaugeName,
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
} from '#contracts/metrics.ts';
import { environment } from '#platform/environment.ts';

let shared: Metrics | undefined;

/** Adds to a counter: `count('RetentionPurged', 12, { entity: 'shareholders' })`. */
export function count<N extends CounterName>(name: N, value: number, dimensions: Dimensions<N>): void {
  emit(name, value, dimensions);
}

/** Says what a gauge shows now. */
export function gauge<N extends GaugeName>(name: N, value: number, dimensions: Dimensions<N>): void {
  emit(name, value, dimensions);
}

/** Adds one duration to a distribution. */
export function observeMs<N extends DurationName>(
  name: N,
  durationMs: number,
  dimensions: Dimensions<N>,
): void {
  emit(name, Math.round(durationMs * 1_000) / 1_000_000, dimensions);
}

/** One line in CloudWatch's embedded metric format: no call, no client, nothing that could fail a request. */
function emit(name: MetricName, value: number, dimensions: Readonly<Record<string, string>>): void {
  shared ??= new Metrics({ namespace: METRIC_NAMESPACE, serviceName: environment.name() });
  for (const [dimension, said] of Object.entries(dimensions)) shared.addDimension(dimension, said);
  shared.addMetric(name, METRICS[name].unit, value).publishStoredMetrics();
}
