import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE } from '#contracts/metric-namespace.ts';
import type { CounterName, Dimensions, DurationName, MetricName, MetricSpec } from '#contracts/metrics.ts';
import * as environment from '#platform/environment.ts';

let shared: Metrics | undefined;

/** Adds to a counter: `count('RetentionPurged', 12, { entity: 'shareholders' })`. */
export function count<N extends CounterName>(name: N, value: number, dimensions: Dimensions<N>): void {
  emit(name, 'Count', value, dimensions);
}

/** Adds one duration to a distribution. */
export function observeMs<N extends DurationName>(
  name: N,
  durationMs: number,
  dimensions: Dimensions<N>,
): void {
  emit(name, 'Seconds', Math.round(durationMs * 1_000) / 1_000_000, dimensions);
}

/**
 * One line in CloudWatch's embedded metric format: no call, no client, nothing that could fail a request. The unit comes with it, since the
 * declarations of metrics would be a hundredth of each function.
 */
export function emit(
  name: MetricName,
  unit: MetricSpec['unit'],
  value: number,
  dimensions: Readonly<Record<string, string>>,
): void {
  shared ??= new Metrics({ namespace: METRIC_NAMESPACE, serviceName: environment.name() });
  for (const [dimension, said] of Object.entries(dimensions)) shared.addDimension(dimension, said);
  shared.addMetric(name, unit, value).publishStoredMetrics();
}
