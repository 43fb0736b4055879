import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { DomainError } from '#kernel/domain-error.ts';
import { queueAges } from '#metrics/queue-families.ts';
import * as environment from '#platform/environment.ts';
import { sqs } from '#platform/queue/sqs.ts';

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
  const start = new Date(now.getTime() - AGE_WINDOW_SECONDS * 1000);
  const ages = await queueAges({ start, end: now, periodSeconds: AGE_WINDOW_SECONDS });
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

/** A redrive that has been looked into: where from, where to, and how much. */
export interface Redrive {
  readonly messages: number;
  readonly sourceArn: string;
  readonly destinationArn: string;
}

/**
 * Looks into what a redrive would move.
 * @throws DomainError `not-found` for a queue that doesn't exist, `not-redrivable` where messages come from several queues, or from none
 */
export async function planRedrive(queue: string): Promise<Redrive> {
  const name = queue.endsWith(DEAD_LETTERS) ? queue.slice(0, -DEAD_LETTERS.length) : queue;
  const url = await deadLettersOf(name);
  if (nameOf(url) === FIRINGS)
    throw new DomainError(
      'not-redrivable',
      'Firings come from the queues of many jobs. Run each job for the time that it missed, and delete the message: docs/runbooks/dlq-redrive.md says how.',
    );
  const source = await attributesOf(url);
  const destination = await attributesOf(await urlOf(name));
  return {
    messages: Number(source.ApproximateNumberOfMessages ?? 0),
    sourceArn: source.QueueArn ?? '',
    destinationArn: destination.QueueArn ?? '',
  };
}

/** Has SQS send the dead letters of a queue back to it. */
export async function redrive({ sourceArn, destinationArn }: Redrive): Promise<void> {
  const { sdk, client } = await sqs();
  await client.send(
    new sdk.StartMessageMoveTaskCommand({ SourceArn: sourceArn, DestinationArn: destinationArn }),
  );
}

async function queueUrls(): Promise<string[]> {
  const { sdk, client } = await sqs();
  const urls: string[] = [];
  for await (const page of sdk.paginateListQueues({ client, pageSize: 1_000 }, { QueueNamePrefix: prefix() }))
    urls.push(...(page.QueueUrls ?? []));
  return urls;
}

async function stateOf(QueueUrl: string, ages: ReadonlyMap<string, number>): Promise<QueueState> {
  const attributes = await attributesOf(QueueUrl);
  const count = (name: QueueAttributeName): number => Number(attributes[name] ?? 0);
  const policy = attributes.RedrivePolicy;
  const name = nameOf(QueueUrl);
  return {
    name,
    visible: count('ApproximateNumberOfMessages'),
    in_flight: count('ApproximateNumberOfMessagesNotVisible'),
    delayed: count('ApproximateNumberOfMessagesDelayed'),
    oldest_age_seconds: ages.get(name) ?? null,
    dead_letters: policy === undefined ? null : nameOf(JSON.parse(policy).deadLetterTargetArn as string),
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

async function attributesOf(QueueUrl: string): Promise<Partial<Record<QueueAttributeName, string>>> {
  const { sdk, client } = await sqs();
  const { Attributes = {} } = await client.send(
    new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return Attributes;
}
