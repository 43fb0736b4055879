import * as environment from '#platform/environment.ts';
import { ask, listSeries, type Window } from './cloudwatch.ts';
import type { MetricFamily } from './prometheus-text.ts';

const NAMESPACE = 'AWS/SQS';

const OLDEST_AGE = 'ApproximateAgeOfOldestMessage';

/** The metrics that SQS itself keeps of each queue, by their names there. */
const FAMILIES = [
  {
    metric: 'ApproximateNumberOfMessagesVisible',
    name: 'vestry_queue_depth',
    help: 'Messages that wait on a queue.',
  },
  {
    metric: 'ApproximateNumberOfMessagesNotVisible',
    name: 'vestry_queue_in_flight',
    help: 'Messages of a queue that a worker has, or that wait for their next attempt.',
  },
  {
    metric: OLDEST_AGE,
    name: 'vestry_queue_oldest_age_seconds',
    help: 'Age of the oldest message of a queue.',
  },
] as const;

/** Depth and age of the queues of this environment. One that has been idle for hours is unknown to CloudWatch. */
export function queueFamilies(window: Window): Promise<MetricFamily[]> {
  return familiesOf(FAMILIES, window);
}

/** Returns the age in seconds of the oldest message of each queue that CloudWatch knows, by the queue's name without the environment's prefix. */
export async function queueAges(window: Window): Promise<ReadonlyMap<string, number>> {
  const families = await familiesOf(
    FAMILIES.filter(({ metric }) => metric === OLDEST_AGE),
    window,
  );
  return new Map(
    families.flatMap(({ samples }) => samples).map(({ labels, value }) => [labels.queue ?? '', value]),
  );
}

async function familiesOf(
  wanted: readonly (typeof FAMILIES)[number][],
  window: Window,
): Promise<MetricFamily[]> {
  const prefix = `vestry-${environment.name()}-`;
  const series = (await listSeries(NAMESPACE, {})).filter(({ dimensions }) =>
    dimensions.QueueName?.startsWith(prefix),
  );
  return Promise.all(
    wanted.map(async ({ metric, name, help }) => {
      const ofMetric = series.filter((one) => one.name === metric);
      const answers = await ask(
        ofMetric.map((one) => ({ series: one, stat: 'Maximum' })),
        window,
      );
      const samples = ofMetric.flatMap(({ dimensions }, index) => {
        const value = answers[index];
        const queue = dimensions.QueueName?.slice(prefix.length) ?? '';
        return value === undefined ? [] : [{ labels: { queue }, value }];
      });
      return { name, type: 'gauge' as const, help, samples };
    }),
  );
}
