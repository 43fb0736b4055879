import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { SecurityKind } from '#contracts/security-kinds.ts';
import { NotifyingAlarm } from '#lib/constructs/notifying-alarm.ts';
import { PlatformDashboard } from '#lib/constructs/platform-dashboard.ts';
import { PlatformMetrics } from '#lib/constructs/platform-metrics.ts';
import type { Environment } from '#lib/environment.ts';
import { VestryStack } from './vestry-stack.ts';

export interface ObservabilityStackProps {
  readonly environment: Environment;
  readonly alarmTopic: ITopic;
  /** The stage of the API. */
  readonly stage: string;
}

const SERVER_ERRORS_SHARE = 0.01;
/** The limit for the API's answers. The slowest wait for a lock or a cold start. */
const P99_MS = 5_000;
/** The sweeper runs every minute and takes what is older than half of one. */
const OUTBOX_LAG_SECONDS = 300;
/** Nacha inquires at 15 % of an originator's debits; a returned credit costs the payee a day. */
const RETURN_RATE = 0.1;
/** People mistype passwords; a tenth of these in five minutes are many. */
const FAILED_SIGN_INS = 50;
/** A client whose token has expired is refused a few times before it refreshes. */
const DENIALS = 200;
/** Approvals of all tenants in an hour. */
const CONTROLLED_CHANGES = 100;
const BLOCKED = 500;

interface Watched {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods: number;
  readonly alarmOnSilence?: boolean;
}

/** Alarms on the platform as a whole, and the dashboard. Queues, functions and releases have their own where they are made. */
export class ObservabilityStack extends VestryStack {
  constructor(scope: Construct, { environment, alarmTopic, stage }: ObservabilityStackProps) {
    super(scope, 'observability', { environment, description: 'Vestry: alarms and dashboard' });
    const metrics = new PlatformMetrics(environment.name, stage);
    const alarms = watched(metrics).map(
      ({ id, ...alarm }) => new NotifyingAlarm(this, id, { ...alarm, topic: alarmTopic }),
    );
    new PlatformDashboard(this, 'Dashboard', { name: `vestry-${environment.name}`, metrics, alarms });
  }
}

function watched(metrics: PlatformMetrics): Watched[] {
  const minute = Duration.minutes(1);
  const fiveMinutes = Duration.minutes(5);
  const security = (kind: SecurityKind, period: Duration) =>
    metrics.ours('SecurityEvents', 'Sum', period, { kind });
  return [
    {
      id: 'ErrorRate',
      description: 'More than one answer in a hundred is a server error: docs/runbooks/failing-functions.md',
      metric: metrics.errorRate(),
      threshold: SERVER_ERRORS_SHARE,
      periods: 2,
    },
    {
      id: 'Latency',
      description:
        'One answer in a hundred takes longer than five seconds: docs/runbooks/failing-functions.md',
      metric: metrics.api('Latency', 'p99'),
      threshold: P99_MS,
      periods: 3,
    },
    {
      id: 'PaymentsStuck',
      description:
        'The bank reports nothing on payments and a restart did not help: docs/runbooks/stuck-disbursement.md',
      metric: metrics.ours('PaymentsStuck', 'Maximum', fiveMinutes),
      threshold: 1,
      periods: 3,
    },
    {
      id: 'OutboxLag',
      description: 'Events stay in the outbox, or the sweeper does not run: docs/runbooks/dlq-redrive.md',
      metric: metrics.ours('OutboxLag', 'Maximum', minute),
      threshold: OUTBOX_LAG_SECONDS,
      periods: 5,
      alarmOnSilence: true,
    },
    {
      id: 'AuditChain',
      description: 'The audit trail does not verify: docs/runbooks/audit-verification.md',
      metric: metrics.ours('AuditChainFailures', 'Sum', fiveMinutes),
      threshold: 1,
      periods: 1,
    },
    {
      id: 'FailedSignIns',
      description: 'Somebody guesses passwords, or sessions are stolen: docs/runbooks/security-alarms.md',
      metric: security('sign-in', fiveMinutes),
      threshold: FAILED_SIGN_INS,
      periods: 1,
    },
    {
      id: 'Denials',
      description: 'Somebody tries what they may not do: docs/runbooks/security-alarms.md',
      metric: security('denial', fiveMinutes),
      threshold: DENIALS,
      periods: 1,
    },
    {
      id: 'ControlledChanges',
      description: 'More changes were approved than on a working day: docs/runbooks/security-alarms.md',
      metric: security('controlled-change', Duration.hours(1)),
      threshold: CONTROLLED_CHANGES,
      periods: 1,
    },
    {
      id: 'Firewall',
      description: 'The firewall blocks many requests: docs/runbooks/security-alarms.md',
      metric: metrics.blocked(fiveMinutes),
      threshold: BLOCKED,
      periods: 1,
    },
    {
      id: 'ReturnRate',
      description: 'One in ten payments of a day is returned: docs/runbooks/stuck-disbursement.md',
      metric: metrics.returnRate(),
      threshold: RETURN_RATE,
      periods: 1,
    },
  ];
}
