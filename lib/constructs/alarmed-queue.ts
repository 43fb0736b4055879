import { Duration, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** The longest that SQS allows: time to find out why, to repair, and to redrive. */
const DEAD_LETTER_RETENTION = Duration.days(14);
const RETENTION = Duration.days(4);

export interface DeadLetterQueueProps {
  readonly queueName: string;
  /** Notified of what arrives. @default nobody: what arrives is for a tenant to repair, who sees it elsewhere */
  readonly alarmTopic?: ITopic;
  /** @default SQS's own key */
  readonly key?: IKey;
}

/** A queue without a consumer: what arrives has failed for good. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      queueName: props.queueName,
      retentionPeriod: DEAD_LETTER_RETENTION,
      enforceSSL: true,
      ...encryption(props.key),
    });
    if (props.alarmTopic !== undefined) this.#notify(props.queueName, props.alarmTopic);
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: fourteen days stand where another queue would.',
    });
  }

  #notify(queueName: string, topic: ITopic): void {
    const alarm = this.queue
      .metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) })
      .createAlarm(this, 'Depth', {
        alarmDescription: `Messages on ${queueName} need a person: docs/runbooks/dlq-redrive.md`,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    alarm.addAlarmAction(new SnsAction(topic));
  }
}

export interface AlarmedQueueProps extends DeadLetterQueueProps {
  readonly alarmTopic: ITopic;
  /** Receives what is given up. @default a queue of its own, `<queueName>-dlq` */
  readonly deadLetters?: DeadLetterQueue;
  readonly visibilityTimeout: Duration;
  /** Deliveries before a message goes to the dead-letter queue. */
  readonly maxReceives: number;
}

/** A queue and its dead-letter queue, which raises an alarm when anything arrives. */
export class AlarmedQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: AlarmedQueueProps) {
    super(scope, id);
    this.deadLetters =
      props.deadLetters ??
      new DeadLetterQueue(this, 'DeadLetters', { ...props, queueName: `${props.queueName}-dlq` });
    this.queue = new Queue(this, 'Queue', {
      queueName: props.queueName,
      visibilityTimeout: props.visibilityTimeout,
      retentionPeriod: RETENTION,
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: props.maxReceives },
      enforceSSL: true,
      ...encryption(props.key),
    });
  }
}

function encryption(key: IKey | undefined) {
  return key === undefined
    ? { encryption: QueueEncryption.SQS_MANAGED }
    : { encryption: QueueEncryption.KMS, encryptionMasterKey: key };
}
