import { Duration, Fn } from 'aws-cdk-lib';
import { EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Bucket, type CfnBucket, HttpMethods, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { AlarmedQueue, DeadLetterQueue } from '#lib/constructs/alarmed-queue.ts';
import { grantArchive } from '#lib/constructs/archive-readers.ts';
import { DropUsers } from '#lib/constructs/drop-users.ts';
import { keptRules } from '#lib/constructs/kept-rule.ts';
import { MailIdentity } from '#lib/constructs/mail-identity.ts';
import { type FunctionContext, targetArn } from '#lib/constructs/platform-function.ts';
import { PrivateBucket } from '#lib/constructs/private-bucket.ts';
import { type ConsumedJob, QueueConsumer, type QueueJobEntry } from '#lib/constructs/queue-consumer.ts';
import { Rollout } from '#lib/constructs/rollout.ts';
import { stateMachineArn } from '#lib/constructs/state-machine.ts';
import { WorkerFunction, workerFunctionName } from '#lib/constructs/worker-function.ts';
import { WormBucket } from '#lib/constructs/worm-bucket.ts';
import { combine, type ResourceGrants, resourceGrants, type SentQueue } from '#lib/grants.ts';
import { mailFrom } from '#lib/mail.ts';
import { maxReceivesOf } from '#platform/queue/job.ts';
import { type RetentionPolicy, retentionPolicy } from '#retention/retention-policy.ts';
import type { JobEntry } from '../../shared/jobs.ts';
import { apiEndpointExport, VestryStack } from './vestry-stack.ts';

export interface IngestionStackProps {
  readonly context: FunctionContext;
  readonly key: IKey;
  readonly signingKeys: ISecret;
  readonly auditKeys: ISecret;
  readonly fieldKey: ISecret;
  readonly bankSecret: ISecret;
  readonly alarmTopic: ITopic;
  readonly jobs: readonly JobEntry[];
}

interface FedJob {
  readonly job: QueueJobEntry;
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

/** The paths of the mock bank and of its callbacks under the API's address. */
const MOCK_BANK_PATH = 'mock-bank';
const CALLBACK_PATH = 'api/bank/callbacks';
const DEFAULT_BANK_WAIT_SECONDS = 86_400;
const ACCESS_LOG_DAYS = 365;
const ARCHIVE_DAYS = 90;
/** A report can be exported again. */
const EXPORT_DAYS = 7;
/** Browsers keep a preflight's answer no longer than two hours. */
const PREFLIGHT_SECONDS = 7_200;
/** AWS recommends six times the function's timeout, so that a throttled batch can be retried. */
const VISIBILITY_TIMEOUTS = 6;
/** The source of every event on our bus. */
const EVENT_SOURCE = 'vestry';

/** Files come in, queues carry them, workers read them, events go out. Also what the other stacks' functions share, and call. */
export class IngestionStack extends VestryStack {
  readonly grants: ResourceGrants;
  /** The jobs of a sandbox. Those of the mock bank call the API, so that their consumers come after it. */
  readonly sandbox: readonly ConsumedJob[];
  readonly #props: IngestionStackProps;

  constructor(scope: Construct, props: IngestionStackProps) {
    super(scope, 'ingestion', {
      environment: props.context.environment,
      description: 'Vestry: uploads, queues and their workers, events',
      stateful: true,
    });
    this.#props = props;
    const policy = retentionPolicy(this.config.retentionYears);
    const accessLogs = new PrivateBucket(this, 'AccessLogs', {
      bucketName: this.config.accessLogsBucketName,
      lifecycleRules: [{ id: 'expire', expiration: Duration.days(ACCESS_LOG_DAYS) }],
    }).bucket as IBucket;
    const uploads = this.#uploadsBucket(policy, accessLogs);
    const audit = new WormBucket(this, 'Audit', {
      ...{ bucketName: this.config.auditBucketName, key: props.key, accessLogs, policy },
    });
    grantArchive(audit.bucket, this.config);
    const rejectedRows = new DeadLetterQueue(this, 'RejectedRows', {
      queueName: `vestry-${this.config.name}-rejected-rows`,
      key: props.key,
    });
    const { context, alarmTopic } = props;
    const rollout = Rollout.of(this, { environment: this.config, alarmTopic, part: 'ingestion' });
    const calledJobs = props.jobs.filter(({ kind }) => kind === 'called');
    const queueJobs = props.jobs.filter((job): job is QueueJobEntry => job.kind === 'queue');
    const fed = queueJobs.map((job) => ({ job, ...this.#queues(job) }));
    const used = new Set(props.jobs.flatMap(({ uses }) => uses));
    const sentTo = fed.filter(({ job }) => job.source === 'code' || used.has(`queue:${job.queue}:send`));
    const eventBus = this.#eventBus();
    this.grants = resourceGrants({
      database: props.context.database,
      key: props.key,
      signingKeys: props.signingKeys,
      audit: {
        bucket: audit.bucket as IBucket,
        keys: props.auditKeys,
        retentionYears: this.config.retentionYears,
      },
      fieldKey: props.fieldKey,
      bank: { secret: props.bankSecret, ...this.#bank() },
      disbursementMachineArn: stateMachineArn(this, 'disbursement'),
      uploads: uploads as IBucket,
      dropUsers: new DropUsers(this, 'DropUsers', {
        environment: this.config,
        bucket: uploads,
        key: props.key,
      }),
      rejectedRows: rejectedRows.queue,
      queuePrefix: `vestry-${this.config.name}-`,
      mail: this.#mail(),
      publicUrl: this.config.edge && `https://${this.config.edge.domain}`,
      passwordsByAdmin: this.config.passwordsByAdmin,
      timeZone: this.config.timeZone,
      secondFactor: this.config.secondFactor,
      webhooksToLoopback: this.config.webhooksToLoopback,
      security: { ...this.config.security, domain: this.config.edge?.domain },
      eventBus,
      queues: new Map(sentTo.map(({ job }) => [job.queue, this.#byName(job)])),
      called: new Map(
        calledJobs.map((job) => [
          job.name,
          targetArn(this, workerFunctionName(this.config, job), rollout !== undefined),
        ]),
      ),
    });
    this.keepExporting(
      [uploads, audit.bucket].flatMap(({ bucketArn, bucketName }) => [bucketArn, bucketName]),
    );
    this.keepExporting([eventBus.eventBusArn, eventBus.eventBusName]);
    for (const job of calledJobs)
      new WorkerFunction(this, {
        context,
        grants: this.grants,
        alarmTopic,
        job,
        grant: combine([]),
        rollout,
      });
    for (const one of fed.filter(({ job }) => !job.sandbox))
      new QueueConsumer(this, { context, grants: this.grants, alarmTopic, ...one, rollout });
    this.sandbox = fed
      .filter(({ job }) => job.sandbox)
      .map(({ job }) => ({ job, queue: this.#byName(job), deadLetters: this.#byName(job, '-dlq') }));
    this.#notify(uploads, fed);
    for (const subscriber of fed) this.#subscribe(eventBus, subscriber);
  }

  /**
   * The bus puts the events that a job subscribes to on the job's queue; events that the queue doesn't accept go to
   * its dead letters.
   */
  #subscribe(eventBus: IEventBus, { job, queue, deadLetters }: FedJob): void {
    if (job.source === 'code' || !('events' in job.source)) return;
    new Rule(this, `${job.queue}-events`, {
      ruleName: `vestry-${this.config.name}-${job.queue}`,
      description: job.purpose,
      eventBus,
      eventPattern: { source: [EVENT_SOURCE], detailType: [...job.source.events] },
      targets: [new SqsQueue(queue as IQueue, { deadLetterQueue: deadLetters as IQueue })],
    });
  }

  #mail(): { from: string; identityArn: string } | undefined {
    const from = mailFrom(this.config);
    if (from === undefined) return undefined;
    return { from, identityArn: new MailIdentity(this, 'Mail', { from, edge: this.config.edge }).arn };
  }

  #bank(): { url: string; callbackUrl: string; waitSeconds: number } {
    const { bank, edge, mockBank } = this.config;
    // The API's own address ends with a slash. Only the stack of payments reads it, after the API's stack. Behind an edge it is closed.
    const api =
      edge === undefined ? Fn.importValue(apiEndpointExport(this.config)) : `https://${edge.domain}/`;
    return {
      url: bank?.url ?? (mockBank ? `${api}${MOCK_BANK_PATH}` : ''),
      callbackUrl: `${api}${CALLBACK_PATH}`,
      waitSeconds: bank?.waitSeconds ?? DEFAULT_BANK_WAIT_SECONDS,
    };
  }

  #uploadsBucket(policy: RetentionPolicy, accessLogs: IBucket): Bucket {
    const { corsOrigins, edge, uploadsBucketName } = this.config;
    const origins = [...corsOrigins, ...(edge === undefined ? [] : [`https://${edge.domain}`])];
    const kept = (prefix: string) => keptRules(policy, prefix, policy.fileYears);
    const { bucket } = new PrivateBucket(this, 'Uploads', {
      bucketName: uploadsBucketName,
      key: this.#props.key,
      accessLogs,
      lifecycleRules: [
        ...kept('incoming/'),
        ...kept('drop/'),
        ...kept('ach/'),
        { id: 'errors', prefix: 'errors/', expiration: Duration.days(policy.errorsDays) },
        { id: 'exports', prefix: 'exports/', expiration: Duration.days(EXPORT_DAYS) },
      ],
      cors:
        origins.length === 0
          ? []
          : [
              {
                // A page sends files, and reads errors and exports; the console is one too.
                allowedMethods: [HttpMethods.PUT, HttpMethods.GET, HttpMethods.HEAD],
                allowedOrigins: origins,
                allowedHeaders: ['*'],
                exposedHeaders: ['ETag', 'Content-Disposition', 'x-amz-version-id', 'x-amz-request-id'],
                maxAge: PREFLIGHT_SECONDS,
              },
            ],
    });
    return bucket;
  }

  #eventBus(): IEventBus {
    const bus = new EventBus(this, 'Events', { eventBusName: `vestry-${this.config.name}` });
    bus.archive('Archive', {
      archiveName: `vestry-${this.config.name}`,
      description: 'Allows replaying events that a consumer missed',
      eventPattern: { account: [this.account] },
      retention: Duration.days(ARCHIVE_DAYS),
    });
    return bus as IEventBus;
  }

  #queues(job: QueueJobEntry): Omit<FedJob, 'job'> {
    const { queue, deadLetters } = new AlarmedQueue(this, `${job.queue}-queue`, {
      queueName: `vestry-${this.config.name}-${job.queue}`,
      visibilityTimeout: Duration.seconds(VISIBILITY_TIMEOUTS * job.timeoutSeconds),
      maxReceives: maxReceivesOf(job),
      alarmTopic: this.#props.alarmTopic,
    });
    return { queue, deadLetters: deadLetters.queue };
  }

  /** A queue for functions of any stack. A reference would be an export, which can't be given up while it is used. */
  #byName(job: QueueJobEntry, suffix = ''): SentQueue {
    const queueName = `vestry-${this.config.name}-${job.queue}${suffix}`;
    const { account, region } = this;
    return {
      queueArn: this.formatArn({ service: 'sqs', resource: queueName }),
      queueUrl: `https://sqs.${region}.amazonaws.com/${account}/${queueName}`,
    };
  }

  /** Written into the bucket itself: the construct's own method would add a Lambda that edits buckets. */
  #notify(bucket: Bucket, consumed: readonly { readonly job: QueueJobEntry; readonly queue: Queue }[]): void {
    const fed = consumed.flatMap(({ job, queue }) =>
      job.source !== 'code' && 'bucket' in job.source ? [{ queue, prefixes: job.source.prefixes }] : [],
    );
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: fed.flatMap(({ queue, prefixes }) =>
        prefixes.map((prefix) => ({
          event: 's3:ObjectCreated:*',
          queue: queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: prefix }] } },
        })),
      ),
    };
    for (const { queue } of fed) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          sid: 'UploadsBucket',
          principals: [new ServicePrincipal('s3.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          // Not the bucket's ARN: S3 checks this policy while the bucket is being made.
          conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
        }),
      );
      bucket.node.addDependency(queue);
    }
  }
}
