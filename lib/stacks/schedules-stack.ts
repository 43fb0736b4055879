import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { AlarmedQueue, DeadLetterQueue } from '#lib/constructs/alarmed-queue.ts';
import type { FunctionContext } from '#lib/constructs/platform-function.ts';
import { QueueConsumer, type ScheduledJobEntry } from '#lib/constructs/queue-consumer.ts';
import { Rollout } from '#lib/constructs/rollout.ts';
import type { ResourceGrants } from '#lib/grants.ts';
import { consumptionOf, FIRINGS_GIVEN_UP, maxReceivesOf } from '#platform/queue/job.ts';
import type { JobEntry } from '../../shared/jobs.ts';
import { VestryStack } from './vestry-stack.ts';

export interface SchedulesStackProps {
  readonly context: FunctionContext;
  readonly grants: ResourceGrants;
  readonly alarmTopic: ITopic;
  readonly jobs: readonly JobEntry[];
}

/** EventBridge tries for so long to put a firing on its queue. */
const MAX_EVENT_AGE = Duration.hours(24);
/** AWS recommends six times the function's timeout, so that a throttled batch can be retried. */
const VISIBILITY_TIMEOUTS = 6;

/**
 * One rule, one queue and one function for each scheduled job: a firing waits on the queue until the job can run. What fails for
 * good goes to one queue.
 */
export class SchedulesStack extends VestryStack {
  constructor(scope: Construct, props: SchedulesStackProps) {
    const { context, grants, alarmTopic } = props;
    super(scope, 'schedules', { environment: context.environment, description: 'Vestry: scheduled jobs' });
    const deadLetters = new DeadLetterQueue(this, 'DeadLetters', {
      queueName: this.#queueName(FIRINGS_GIVEN_UP),
      alarmTopic,
    });
    const rollout = Rollout.of(this, { environment: this.config, alarmTopic, part: 'schedules' });
    for (const job of props.jobs) {
      if (!isScheduled(job)) continue;
      const consumed = consumptionOf(job);
      const { queue } = new AlarmedQueue(this, `${consumed.queue}-queue`, {
        queueName: this.#queueName(consumed.queue),
        visibilityTimeout: Duration.seconds(VISIBILITY_TIMEOUTS * job.timeoutSeconds),
        maxReceives: maxReceivesOf(consumed),
        ...{ alarmTopic, deadLetters },
      });
      new QueueConsumer(this, {
        ...{ context, grants, job, alarmTopic, queue, rollout },
        deadLetters: deadLetters.queue,
      });
      new Rule(this, `${job.name}-schedule`, {
        ruleName: `vestry-${this.config.name}-${job.name}`,
        description: job.purpose,
        schedule: Schedule.expression(job.schedule),
        targets: [
          new SqsQueue(queue as IQueue, {
            deadLetterQueue: deadLetters.queue as IQueue,
            maxEventAge: MAX_EVENT_AGE,
          }),
        ],
      });
    }
  }

  #queueName(purpose: string): string {
    return `vestry-${this.config.name}-${purpose}`;
  }
}

function isScheduled(job: JobEntry): job is ScheduledJobEntry {
  return job.kind === 'scheduled';
}
