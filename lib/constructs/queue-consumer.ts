import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { queueUrlVariable } from '#contracts/resources.ts';
import type { ResourceGrants, SentQueue } from '#lib/grants.ts';
import { consumptionOf, type QueueJob, type ScheduledJob } from '#platform/queue/job.ts';
import type { JobEntry } from '../../shared/jobs.ts';
import type { FunctionContext } from './platform-function.ts';
import type { Rollout } from './rollout.ts';
import { WorkerFunction } from './worker-function.ts';

export type QueueJobEntry = JobEntry & QueueJob;
export type ScheduledJobEntry = JobEntry & ScheduledJob;

/** A job with its queue, and the one for what it gave up. */
export interface ConsumedJob {
  readonly job: QueueJobEntry | ScheduledJobEntry;
  readonly queue: SentQueue;
  readonly deadLetters: Pick<SentQueue, 'queueArn'> & Partial<SentQueue>;
}

export interface QueueConsumerProps extends ConsumedJob {
  readonly context: FunctionContext;
  readonly grants: ResourceGrants;
  readonly alarmTopic: ITopic;
  /** @default at once */
  readonly rollout?: Rollout | undefined;
}

/** The function of a job, and the mapping by which Lambda hands it what is on the job's queue. */
export class QueueConsumer extends WorkerFunction {
  constructor(scope: Construct, { job, queue, deadLetters, ...props }: QueueConsumerProps) {
    // A worker counts failures by sending a copy, to its own queue or in the end to the dead letters.
    const repeat = new PolicyStatement({
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn, deadLetters.queueArn],
    });
    const consume = new PolicyStatement({
      actions: [
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
      ],
      resources: [queue.queueArn],
    });
    const consumed = consumptionOf(job);
    const { deadLetters: named } = consumed;
    super(scope, {
      ...props,
      job,
      grant: {
        statements: [consume, repeat],
        environment: {
          [queueUrlVariable(consumed.queue)]: queue.queueUrl,
          ...(named === undefined ? {} : { [queueUrlVariable(named)]: deadLetters.queueUrl ?? '' }),
        },
      },
    });
    new EventSourceMapping(scope, `${job.name}-source`, {
      target: this.target,
      eventSourceArn: queue.queueArn,
      batchSize: consumed.batchSize,
      maxBatchingWindow: Duration.seconds(consumed.windowSeconds ?? 0),
      maxConcurrency: consumed.maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}
