import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { DeadLetterQueue } from '#lib/constructs/alarmed-queue.ts';
import type { FunctionContext } from '#lib/constructs/platform-function.ts';
import { Rollout } from '#lib/constructs/rollout.ts';
import { WorkerFunction } from '#lib/constructs/worker-function.ts';
import type { ResourceGrants } from '#lib/grants.ts';
import type { ScheduledJob } from '#platform/queue/job.ts';
import type { JobEntry } from '../../shared/jobs.ts';
import { VestryStack } from './vestry-stack.ts';

export interface SchedulesStackProps {
  readonly context: FunctionContext;
  readonly grants: ResourceGrants;
  readonly alarmTopic: ITopic;
  readonly jobs: readonly JobEntry[];
}

const RETRIES = 2;
/** Jobs live by their event's time, so a late run does the same work. */
const MAX_EVENT_AGE = Duration.hours(6);

/** One rule and one function for each scheduled job. What can't be started, or fails for good, goes to one queue. */
export class SchedulesStack extends VestryStack {
  constructor(scope: Construct, props: SchedulesStackProps) {
    const { context, grants, alarmTopic } = props;
    super(scope, 'schedules', { environment: context.environment, description: 'Vestry: scheduled jobs' });
    const { queue } = new DeadLetterQueue(this, 'DeadLetters', {
      queueName: `vestry-${this.config.name}-schedules-dlq`,
      alarmTopic,
    });
    const report = new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] });
    const rollout = this.config.production ? new Rollout(this, 'Rollout') : undefined;
    for (const job of props.jobs) {
      if (!isScheduled(job)) continue;
      const { target } = new WorkerFunction(this, {
        context,
        grants,
        job,
        alarmTopic,
        grant: { statements: [report], environment: {} },
        rollout,
      });
      // EventBridge hands the event over and is done; from then on Lambda retries, and gives up to the queue.
      target.configureAsyncInvoke({
        onFailure: new SqsDestination(queue),
        retryAttempts: RETRIES,
        maxEventAge: MAX_EVENT_AGE,
      });
      new Rule(this, `${job.name}-schedule`, {
        ruleName: `vestry-${this.config.name}-${job.name}`,
        description: job.purpose,
        schedule: Schedule.expression(job.schedule),
        targets: [
          new LambdaFunction(target, {
            deadLetterQueue: queue,
            retryAttempts: RETRIES,
            maxEventAge: MAX_EVENT_AGE,
          }),
        ],
      });
    }
  }
}

function isScheduled(job: JobEntry): job is JobEntry & ScheduledJob {
  return job.kind === 'scheduled';
}
