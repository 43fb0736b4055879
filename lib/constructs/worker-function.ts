import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';
import { combine, type Grant, type ResourceGrants } from '#lib/grants.ts';
import type { JobEntry } from '../../shared/jobs.ts';
import { type FunctionContext, PlatformFunction } from './platform-function.ts';
import type { Rollout } from './rollout.ts';

export interface WorkerFunctionProps {
  readonly context: FunctionContext;
  readonly grants: ResourceGrants;
  readonly job: JobEntry;
  readonly alarmTopic: ITopic;
  /** The permissions beyond those that the job's own declaration implies, such as to read its queue. */
  readonly grant: Grant;
  /** @default at once */
  readonly rollout?: Rollout | undefined;
}

const PREFIXES = { queue: 'worker', scheduled: 'scheduled', step: 'step', called: 'called' } as const;

/** The function of one job, built from the job's own data, with an alarm on its errors. */
export class WorkerFunction extends PlatformFunction {
  constructor(scope: Construct, { job, grants, grant, alarmTopic, ...props }: WorkerFunctionProps) {
    const name = `${PREFIXES[job.kind]}-${job.name}`;
    addErrorAlarm(scope, job, workerFunctionName(props.context.environment, job), alarmTopic);
    super(scope, job.name, {
      ...props,
      name,
      description: job.purpose,
      entry: job.entry,
      timeoutSeconds: job.timeoutSeconds,
      memoryMb: job.memoryMb,
      heapMb: job.heapMb,
      database: job.kind === 'scheduled' ? undefined : job.database,
      ephemeralStorageMb: job.ephemeralStorageMb,
      grant: combine([grant, ...job.uses.map((resource) => grants(resource))]),
    });
  }
}

/** The name of a job's function. */
export function workerFunctionName(environment: Environment, { kind, name }: JobEntry): string {
  return `vestry-${environment.name}-${PREFIXES[kind]}-${name}`;
}

/** The names of all functions that others call, as a pattern of IAM. */
export function calledFunctions({ name }: Environment): string {
  return `vestry-${name}-${PREFIXES.called}-*`;
}

function addErrorAlarm(scope: Construct, job: JobEntry, functionName: string, topic: ITopic): void {
  const { name, runbook = 'failing-functions' } = job;
  const alarm = new Alarm(scope, `${name}-errors`, {
    alarmDescription: `${functionName} fails: docs/runbooks/${runbook}.md`,
    // The metric takes the function's name: a reference to the function would make a release depend on itself.
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensionsMap: { FunctionName: functionName },
      statistic: 'Sum',
      period: Duration.minutes(1),
    }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(topic));
}
