import * as z from 'zod';
import { id, instantOut, page, pageOf } from '#kernel/fields.ts';
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

const PURPOSES = ['INCIDENT', 'SUPPORT_REQUEST', 'OFFBOARDING', 'LEGAL'] as const;

export const breakGlass = route({
  operationId: 'breakGlass',
  method: 'POST',
  path: '/operations/break-glass',
  summary: 'Read a tenant’s records for a quarter of an hour',
  description:
    'Answers an access token by which an operator reads what ADMIN, OPS and COMPLIANCE of one tenant may read, by the same paths, and can do nothing else. Answers are masked as the audit trail is: names, addresses, accounts, free text and links to files are `***`. Files are refused. It takes a second factor that was just proved; opening it, and each record that is read, are entries of the tenant’s own trail, with the purpose and the ticket, and security events of its webhooks. With `acts`, and for OFFBOARDING or LEGAL, the token also acts for a tenant that is suspended, by the same paths: it places legal holds, and has another operator confirm their release; it denies what waits, cancels dividends, meetings and payments that nobody has sent, ends plans, closes holders without shares, takes back keys, links, credentials, webhooks and identity providers, and writes and fetches reports. docs/rbac.md names each operation. It moves neither money nor shares. Each act is an entry of both trails. The token ends with the operator’s session, or after `expires_in` seconds.',
  ...operator,
  body: z.strictObject({
    tenant_id: id,
    purpose: z.enum(PURPOSES),
    ticket: z
      .string()
      .max(64)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/#-]*$/, 'must be the number of a ticket, such as INC-1234'),
    acts: z
      .boolean()
      .default(false)
      .describe('Whether the operator acts for the tenant too, which must be suspended'),
  }),
  example: { tenant_id: '01920000-0000-7000-8000-000000000000', purpose: 'INCIDENT', ticket: 'INC-1234' },
  status: 201,
  response: z.strictObject({
    tenant_id: z.uuid(),
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
  }),
  audit: 'break-glass.opened',
  // An answer that is kept would keep the token.
  idempotency: 'none',
  problems: ['not-found', 'conflict', 'second-factor-required'],
  uses: ['eventBus:put', 'secondFactor:demand', 'signingKeys:read'],
});

export const StuckWork = z.strictObject({
  kind: z
    .enum(['PAYMENT', 'BANK_EVENT', 'PAYMENT_RUN'])
    .describe('A payment without a word, a word of the bank that was not applied, or a run that stopped'),
  tenant_id: z.uuid().describe('The tenant whose it is'),
  resource: z.string().describe('`transactions/<id>`, or `dividends/<id>` of a run'),
  status: z.string().nullable().describe('The state of the payment; null for the other kinds'),
  channel: z.string().nullable().describe('`BANK` or `NACHA_FILE`; null for the other kinds'),
  restarts: z.int().nullable().describe('How often its execution was started anew; null for the other kinds'),
  since: instantOut.describe('The instant since which it should have moved'),
  request_id: z
    .string()
    .nullable()
    .describe('Leads to the logs of the request that ordered the payment; null for a run'),
});

export const listStuckWork = route({
  operationId: 'listStuckWork',
  method: 'GET',
  path: '/operations/stuck',
  summary: 'List what should have moved and has not',
  description:
    'Payments without a word for longer than their bank may take, what a bank has said and was not applied, and payment runs whose worker stopped: of every tenant, what has waited longest first. `vestry_payments_stuck` counts the payments among them: those whose restart is due, and those that restarts have not helped, because the bank can’t be reached, or has had them for four days without a word. `reconcile-payments` takes all of it up every five minutes; what stays listed needs a person: see docs/runbooks/stuck-disbursement.md. No name, amount or account is shown.',
  ...operator,
  query: z.strictObject({ limit: page.limit }),
  status: 200,
  response: z.strictObject({ data: z.array(StuckWork) }),
  limit: 'reports',
  problems: [],
  uses: ['database:system'],
  timeoutSeconds: 29,
});

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const;

export const Execution = z.strictObject({
  name: z.string().describe('The id of its payment, with `-<n>` for the n-th further start'),
  machine: z.string().describe('The state machine: `disbursement`'),
  status: z.enum(STATUSES).describe('The state of the execution, in the words of Step Functions'),
  started_at: instantOut,
  stopped_at: instantOut.nullable().describe('The instant at which it ended; null while it runs'),
});

export const listExecutions = route({
  operationId: 'listExecutions',
  method: 'GET',
  path: '/operations/executions',
  summary: 'List executions of the disbursement machine',
  description:
    'As Step Functions lists them, the newest first. An execution is named for its payment, `<transaction id>`, and for its further starts, `<transaction id>-<n>`. Without `status` it lists those that run.',
  ...operator,
  query: z.strictObject({
    ...page,
    status: z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`).default('RUNNING'),
  }),
  status: 200,
  response: pageOf(Execution),
  limit: 'reports',
  problems: [],
  uses: ['executions:inspect'],
  timeoutSeconds: 29,
});

export const ScheduleState = z.strictObject({
  name: z.string().describe('The name of the job'),
  purpose: z.string().describe('The job in a sentence'),
  expression: z.string().describe('The schedule in UTC: `rate(5 minutes)`, or `cron(0 4 * * ? *)`'),
  enabled: z.boolean().describe('Whether it fires. Nobody but a person disables a rule'),
  last_run_at: instantOut
    .nullable()
    .describe('The beginning of the five minutes in which its last run ended; null without one in 24 hours'),
  runs: z.int().describe('The runs that ended in the last 24 hours, failed ones included'),
  failures: z.int().describe('The runs of the last 24 hours that failed. A failed firing is tried again'),
});

export const listSchedules = route({
  operationId: 'listSchedules',
  method: 'GET',
  path: '/operations/schedules',
  summary: 'List the scheduled jobs, with how their last day went',
  description:
    'The rules of EventBridge with what CloudWatch counted of their jobs in the last 24 hours, by the machine’s time. A job that is disabled fires no more until somebody enables its rule.',
  ...operator,
  status: 200,
  response: z.strictObject({ data: z.array(ScheduleState) }),
  limit: 'reports',
  problems: [],
  uses: ['schedules:inspect', 'metrics:read'],
  timeoutSeconds: 29,
});
