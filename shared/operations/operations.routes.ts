import * as z from 'zod';
import { route } from '#platform/http/route.ts';

/** The name of a queue without the environment's prefix: `uploads`, or `uploads-dlq`. */
const QueueName = z.string().regex(/^[a-z0-9-]{1,60}$/);

export const QueueState = z.strictObject({
  name: QueueName.describe('Without the prefix of the environment'),
  visible: z.int().describe('Messages that nobody has received'),
  in_flight: z.int().describe('Messages that a worker has, or that wait for their next attempt'),
  delayed: z.int().describe('Messages that were sent with a delay'),
  oldest_age_seconds: z
    .int()
    .nullable()
    .describe('The age of the oldest message, as of the last minutes. Nobody measures an idle queue'),
  dead_letters: QueueName.nullable().describe(
    'The queue of what failed for good. A queue without one is one',
  ),
});

export const DeadLetter = z.strictObject({
  id: z.string(),
  queue: QueueName,
  sent_at: z.string().describe('The instant at which it was given up'),
  received: z.int().describe('How often it was received on this queue'),
  attributes: z
    .record(z.string(), z.string())
    .describe('`request_id` and `traceparent` lead to the request and to the logs of what followed'),
  body: z.string().describe('Holds ids, and no personal data'),
});

const operator = { roles: ['OPERATOR'], tenants: ['PLATFORM'], peopleOnly: true } as const;

export const listQueues = route({
  operationId: 'listQueues',
  method: 'GET',
  path: '/operations/queues',
  summary: 'List the queues of the environment, with their depth and age',
  description:
    'Each queue as SQS counts it now; the age as of the last minutes. Queues whose name ends in `-dlq` hold what failed for good: see `GET /operations/dead-letters`.',
  ...operator,
  status: 200,
  response: z.strictObject({ data: z.array(QueueState) }),
  limit: 'reports',
  problems: [],
  uses: ['queues:inspect', 'metrics:read'],
  timeoutSeconds: 29,
});

export const listDeadLetters = route({
  operationId: 'listDeadLetters',
  method: 'GET',
  path: '/operations/dead-letters',
  summary: 'Look at messages that failed for good',
  description:
    'Up to ten messages of one queue, or of each that has any. They stay where they are, and can be redriven at once. SQS gives a sample: `GET /operations/queues` says how many there are.',
  ...operator,
  query: z.strictObject({ queue: QueueName.optional().describe('The queue that they came from: `uploads`') }),
  status: 200,
  response: z.strictObject({ data: z.array(DeadLetter) }),
  limit: 'reports',
  problems: ['not-found', 'not-redrivable'],
  uses: ['queues:inspect', 'deadLetters:read'],
  timeoutSeconds: 29,
});

export const redriveDeadLetters = route({
  operationId: 'redriveDeadLetters',
  method: 'POST',
  path: '/operations/dead-letters/{queue}/redrive',
  summary: 'Send what failed for good back to its queue',
  description:
    'Every message that nobody has received just now goes back to the queue that it came from, with all its tries. Workers tolerate repeated messages. Firings of schedules (`schedules`) come from many queues, and rejected rows from none: they are not redriven, see docs/runbooks/dlq-redrive.md.',
  ...operator,
  params: z.strictObject({ queue: QueueName }),
  status: 202,
  response: z.strictObject({
    queue: QueueName,
    messages: z.int().describe('The number of messages that wait to be moved'),
  }),
  audit: 'redrive.ordered',
  idempotency: 'none',
  problems: ['not-found', 'not-redrivable'],
  uses: ['queues:inspect', 'deadLetters:redrive'],
});
