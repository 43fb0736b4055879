import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { PlatformMetrics } from './platform-metrics.ts';

const THIRD = 8;
const FULL = 24;
const FIVE_MINUTES = Duration.minutes(5);

export interface PlatformDashboardProps {
  readonly name: string;
  readonly metrics: PlatformMetrics;
  readonly alarms: readonly IAlarm[];
}

/** The dashboard that an operator opens first: alarms, then requests, queues, jobs and money. */
export class PlatformDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { name, metrics, alarms }: PlatformDashboardProps) {
    super(scope, id, { dashboardName: name, defaultInterval: Duration.hours(6) });
    this.addWidgets(new AlarmStatusWidget({ title: 'Alarms', width: FULL, alarms: [...alarms] }));
    this.addWidgets(
      graph(
        'Requests',
        [metrics.api('Count', 'Sum')],
        [metrics.api('4XXError', 'Sum'), metrics.api('5XXError', 'Sum')],
      ),
      graph('Share of server errors', [metrics.errorRate()]),
      graph(
        'Latency (ms)',
        ['p50', 'p95', 'p99'].map((statistic) => metrics.api('Latency', statistic)),
      ),
    );
    this.addWidgets(
      graph('Time of a route, p99 (s)', [
        metrics.each('HttpRequestDuration', ['route', 'method', 'status'], 'p99', 'status="2xx"'),
      ]),
      graph('Server errors by route', [
        metrics.each('HttpRequestDuration', ['route', 'method', 'status'], 'SampleCount', 'status="5xx"'),
      ]),
      graph('Failed jobs', [
        metrics.each('JobDuration', ['job', 'kind', 'outcome'], 'SampleCount', 'outcome="failed"'),
      ]),
    );
    this.addWidgets(
      graph('Messages that wait, dead letters too', [metrics.queues('ApproximateNumberOfMessagesVisible')]),
      graph('Oldest message (s)', [metrics.queues('ApproximateAgeOfOldestMessage')]),
      graph('Outbox lag (s)', [metrics.ours('OutboxLag', 'Maximum', FIVE_MINUTES)]),
    );
    this.addWidgets(
      graph('Events and commands', [metrics.each('EventsPublished', ['type'], 'Sum')]),
      graph(
        'Stuck payments',
        [metrics.ours('PaymentsStuck', 'Maximum', FIVE_MINUTES)],
        [metrics.returnRate()],
      ),
      graph('Purged', [metrics.each('RetentionPurged', ['entity'], 'Sum')]),
    );
  }
}

function graph(title: string, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, width: THIRD, left, right, leftYAxis: { min: 0 } });
}
