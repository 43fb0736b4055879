import type { QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { DomainError } from '#kernel/domain-error.ts';
import { queueFamilies } from '#metrics/queue-families.ts';
import { awsClient } from '#platform/aws/client.ts';
import { environment } from '#platform/environment.ts';

/** A queue of the environment as SQS counts it. Its name is without the environment's prefix. */
export interface QueueState {
  readonly name: string;
  readonly visible: number;
  readonly in_flight: number;
  readonly delayed: number;
  readonly oldest_age_seconds: number | null;
  readonly dead_letters: string | null;
}

/** A message that failed for good. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly sent_at: string;
  readonly received: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: string;
}

const DEAD_LETTERS = '-dlq';
/** Rows of tenants: they hold personal data, and are not ours to repair. */
const REJECTED_ROWS = 'rejected-rows';
/** Firings of every schedule are given up in one queue. */
const FIRINGS = `schedules${DEAD_LETTERS}`;
/** The longest that CloudWatch takes to know a queue's age. */
const AGE_WINDOW_SECONDS = 15 * 60;
const AT_ONCE = 10;

const prefix = (): string => `vestry-${environment.name()}-`;
const nameOf = (urlOrArn: string): string => (urlOrArn.split(/[/:]/).at(-1) ?? '').slice(prefix().length);

/** Counts the messages of every queue. */
export async function listQueues(now: Date): Promise<QueueState[]> {
  const urls = await queueUrls();
  const ages = await agesOf(now);
  const states: QueueState[] = [];
  for (let from = 0; from < urls.length; from += AT_ONCE)
    states.push(...(await Promise.all(urls.slice(from, from + AT_ONCE).map((url) => stateOf(url, ages)))));
  return states.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Looks at up to ten messages of a queue, or of each queue of dead letters that has any, and leaves them where they are. */
export async function listDeadLetters(queue: string | undefined): Promise<DeadLetter[]> {
  const urls =
    queue === undefined
      ? (await queueUrls()).filter((url) => url.endsWith(DEAD_LETTERS))
      : [await deadLettersOf(queue)];
  return (await Promise.all(urls.map(lookAt))).flat();
}

/**
 * Counts what a redrive would move. Throws `not-found` for a queue that doesn't exist, and `not-redrivable` where messages come
 * from several queues, or from none.
 */
export async function countRedrivable(queue: string): Promise<number> {
  const url = await deadLettersOf(queue);
  if (nameOf(url) === FIRINGS)
    throw new DomainError(
      'not-redrivable',
      'Firings come from the queues of many jobs. Run each job for the time that it missed, and delete the message: docs/runbooks/dlq-redrive.md says how.',
    );
  return (await stateOf(url, new Map())).visible;
}

/** Has SQS send the dead letters of a queue back to it. */
export async function redrive(queue: string): Promise<void> {
  const { sdk, client } = await sqs();
  const name = queue.endsWith(DEAD_LETTERS) ? queue.slice(0, -DEAD_LETTERS.length) : queue;
  const [SourceArn, DestinationArn] = await Promise.all([deadLettersOf(queue), urlOf(name)].map(arnOf));
  await client.send(new sdk.StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
}

async function queueUrls(): Promise<string[]> {
  const { sdk, client } = await sqs();
  const urls: string[] = [];
  for await (const page of sdk.paginateListQueues({ client, pageSize: 1_000 }, { QueueNamePrefix: prefix() }))
    urls.push(...(page.QueueUrls ?? []));
  return urls;
}

async function agesOf(now: Date): Promise<ReadonlyMap<string, number>> {
  const families = await queueFamilies({
    start: new Date(now.getTime() - AGE_WINDOW_SECONDS * 1000),
    end: now,
    periodSeconds: AGE_WINDOW_SECONDS,
  });
  const samples = families.find(({ name }) => name === 'vestry_queue_oldest_age_seconds')?.samples ?? [];
  return new Map(samples.map(({ labels, value }) => [labels.queue ?? '', value]));
}

async function stateOf(QueueUrl: string, ages: ReadonlyMap<string, number>): Promise<QueueState> {
  const { sdk, client } = await sqs();
  const { Attributes = {} } = await client.send(
    new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  const count = (name: QueueAttributeName): number => Number(Attributes[name] ?? 0);
  const redrive = Attributes.RedrivePolicy;
  const name = nameOf(QueueUrl);
  return {
    name,
    visible: count('ApproximateNumberOfMessages'),
    in_flight: count('ApproximateNumberOfMessagesNotVisible'),
    delayed: count('ApproximateNumberOfMessagesDelayed'),
    oldest_age_seconds: ages.get(name) ?? null,
    dead_letters: redrive === undefined ? null : nameOf(JSON.parse(redrive).deadLetterTargetArn as string),
  };
}

async function lookAt(QueueUrl: string): Promise<DeadLetter[]> {
  const { sdk, client } = await sqs();
  const { Messages = [] } = await client.send(
    new sdk.ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      // They stay visible: somebody who looks must not keep them from being redriven.
      VisibilityTimeout: 0,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ MessageId = '', Body = '', Attributes, MessageAttributes }) => ({
    id: MessageId,
    queue: nameOf(QueueUrl),
    sent_at: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
    received: Number(Attributes?.ApproximateReceiveCount ?? 0),
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes ?? {}).map(([name, { StringValue = '' }]) => [name, StringValue]),
    ),
    body: Body,
  }));
}

/** Returns the URL of the queue that holds the dead letters of a queue, named by either. */
function deadLettersOf(queue: string): Promise<string> {
  if (queue === REJECTED_ROWS)
    throw new DomainError(
      'not-redrivable',
      'Rejected rows are corrected by their tenant, who finds them in the errors file of the upload.',
    );
  return urlOf(queue.endsWith(DEAD_LETTERS) ? queue : `${queue}${DEAD_LETTERS}`);
}

async function urlOf(name: string): Promise<string> {
  const { sdk, client } = await sqs();
  try {
    const { QueueUrl = '' } = await client.send(
      new sdk.GetQueueUrlCommand({ QueueName: `${prefix()}${name}` }),
    );
    return QueueUrl;
  } catch (error) {
    if (error instanceof sdk.QueueDoesNotExist)
      throw new DomainError('not-found', `There is no queue ${name}: GET /operations/queues lists them.`);
    throw error;
  }
}

async function arnOf(url: Promise<string>): Promise<string> {
  const { sdk, client } = await sqs();
  const { Attributes = {} } = await client.send(
    new sdk.GetQueueAttributesCommand({ QueueUrl: await url, AttributeNames: ['QueueArn'] }),
  );
  return Attributes.QueueArn ?? '';
}

let shared: SQSClient | undefined;

async function sqs() {
  const sdk = await import('@aws-sdk/client-sqs');
  shared ??= awsClient(sdk.SQSClient);
  return { sdk, client: shared };
}
