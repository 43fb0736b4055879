import type { QueueBroker } from '../sqs/queue-broker.ts';
import type { LiveMetric } from './metric-store.ts';

const NAMESPACE = 'AWS/SQS';

/** Returns the metrics that SQS sends CloudWatch about its queues. */
export function queueMetrics(queues: QueueBroker): LiveMetric[] {
  return queues.names().flatMap((QueueName) => {
    const { visible, notVisible, oldestAgeSeconds } = queues.attributes(QueueName);
    const dimensions = { QueueName };
    return [
      { namespace: NAMESPACE, name: 'ApproximateNumberOfMessagesVisible', dimensions, value: visible },
      { namespace: NAMESPACE, name: 'ApproximateNumberOfMessagesNotVisible', dimensions, value: notVisible },
      { namespace: NAMESPACE, name: 'ApproximateAgeOfOldestMessage', dimensions, value: oldestAgeSeconds },
    ];
  });
}
