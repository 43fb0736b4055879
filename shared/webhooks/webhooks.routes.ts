import * as z from 'zod';
import { EVENT_TYPES, type EventType, TEST_DELIVERY } from '#contracts/event-types.ts';
import { DAY_MS } from '#kernel/calendar.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instant, instantOut } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { MAX_ATTEMPTS } from '#webhooks/delivery/retry-pauses.ts';

const MAX_URL_LENGTH = 2_000;
export const ENDED_STATES = ['DELIVERED', 'FAILED', 'CANCELLED'] as const;
const STATES = ['PENDING', ...ENDED_STATES] as const;
const MAX_REPLAY_DAYS = 31;
/** The deliveries that one request makes due again. */
export const MAX_REPLAYED = 10_000;

export const Webhook = z.object({
  id: idOut,
  url: z.string().meta({ description: 'Normalised; the values of its query are masked.' }),
  events: z.array(z.enum(EVENT_TYPES)),
  /** A webhook that answers 410 is disabled: it gets nothing more until it is enabled again, and another can be created at its URL. */
  status: z.enum(['ACTIVE', 'DISABLED']),
  /** Two after a rotation. */
  live_secrets: z.number().int(),
  rotated_at: instantOut.nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

/** A webhook with its secret, which no other answer shows. */
export const WebhookWithSecret = Webhook.extend({ secret: z.string() });

export const WebhookDelivery = z.object({
  id: idOut,
  webhook_id: idOut,
  event_id: idOut,
  type: z.enum([...EVENT_TYPES, TEST_DELIVERY]),
  state: z.enum(STATES),
  next_attempt_at: instantOut.nullable(),
  attempts: z.array(
    z.object({
      attempt: z.number().int(),
      attempted_at: instantOut,
      duration_ms: z.number().int(),
      status: z.number().int().nullable(),
      error: z.string().nullable(),
    }),
  ),
  created_at: instantOut,
  created_by: idOut.nullable(),
  delivered_at: instantOut.nullable(),
});

const eventType = z.enum(EVENT_TYPES, 'must be the type of an event') as z.ZodType<EventType, EventType>;
const receiver = z
  .string('must be a string')
  .max(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters`);
const subscriptions = z
  .array(eventType)
  .min(1, 'must name an event')
  .max(EVENT_TYPES.length, 'must name each event once')
  .refine((types) => new Set(types).size === types.length, 'must name each event once');
const tenants = ['ISSUER', 'SPONSOR'] as const;
const writer = { tenants, roles: ['ADMIN'] } as const;
const reader = { tenants, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
const DELIVERY =
  'Each event is a POST of JSON `{id, type, time, tenant_id, schema_version, data}`, delivered at least once and in no particular order: recognise repetitions by `id`, and the newer state of a transaction by `version`. Deliveries follow [Standard Webhooks](https://www.standardwebhooks.com), whose libraries verify them: `webhook-id` is the same at every attempt, `webhook-timestamp` is in seconds since 1970, and `webhook-signature` has, separated by spaces, a `v1,<base64 of the HMAC-SHA-256 of "<webhook-id>.<webhook-timestamp>.<body>">` of each live secret, whose key is what its `whsec_` is followed by, in base64. Refuse a request that matches none, or that is older than five minutes.';

export const createWebhook = route({
  operationId: 'createWebhook',
  method: 'POST',
  path: '/webhooks',
  summary: 'Create a webhook',
  description: [
    DELIVERY,
    `Unless the answer is a 2xx within ten seconds, delivery is retried, ${MAX_ATTEMPTS} times in three days. \`Retry-After\` of a 429 or 503 is honoured, up to a day; 410 disables the webhook, until its \`status\` is set to ACTIVE again. Redirects are not followed. The URL must be https, and its host on the public internet, when the webhook is created and at each delivery.`,
    'Only this answer shows the `secret`.',
    '`security.reported` is for a SIEM: once a minute, if there is something new, one event counts the security events of the audit trail since the one before, and has up to 100 of their entries, of each action the newest first; `GET /audit?security=true` from `first_at` on has the others. Entries are masked as in the trail; they have addresses, and are therefore given only to a webhook that names this event.',
    '`shareholder.changed`, `dividend.changed`, `meeting.changed`, `plan.changed` and `corporate-action.changed` tell once a minute which records have changed, by the entries of the audit trail: an id, an action such as `dividend.paid`, and when. Read the record by its id. A file that changes many records is told by `upload.completed` alone, and each payment by the events of its transaction.',
  ].join('\n\n'),
  ...writer,
  body: z.strictObject({ url: receiver, events: subscriptions }),
  example: {
    url: 'https://hooks.acme.example/vestry',
    events: ['transaction.settled', 'transaction.returned'],
  },
  status: 201,
  location: '/webhooks/{id}',
  response: WebhookWithSecret,
  concurrency: 'etag',
  // An answer that is kept would keep the secret.
  idempotency: 'none',
  audit: 'webhook.created',
  problems: ['webhook-exists', 'too-many-webhooks'],
  uses: ['fieldKey:use', 'function:fetch-public:call', 'outside:address'],
});

export const listWebhooks = route({
  operationId: 'listWebhooks',
  method: 'GET',
  path: '/webhooks',
  summary: 'List the webhooks',
  ...reader,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Webhook),
  problems: [],
  uses: [],
});

export const getWebhook = route({
  operationId: 'getWebhook',
  method: 'GET',
  path: '/webhooks/{id}',
  summary: 'Get a webhook',
  ...reader,
  params: idInPath,
  status: 200,
  response: Webhook,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const updateWebhook = route({
  operationId: 'updateWebhook',
  method: 'PATCH',
  path: '/webhooks/{id}',
  summary: 'Change the URL, the events or the status of a webhook',
  description:
    'What is pending goes to the new URL from its next attempt on; one that is under way may still reach the old. ACTIVE enables a webhook again that was disabled by hand or by a 410; events of the time in between are not delivered. DISABLED cancels pending deliveries, which `POST /webhooks/{id}/replay` brings back. Events that are added are delivered from then on. The secret stays the same: where the new receiver must not be able to sign for the old, replace it.',
  ...writer,
  params: idInPath,
  body: z
    .strictObject({
      url: receiver.optional(),
      events: subscriptions.optional(),
      status: z.enum(['ACTIVE', 'DISABLED'], 'must be ACTIVE or DISABLED').optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'must change something'),
  example: { status: 'ACTIVE' },
  status: 200,
  response: Webhook,
  concurrency: 'if-match',
  audit: 'webhook.updated',
  problems: ['not-found', 'webhook-exists', 'precondition-failed', 'precondition-required'],
  uses: ['function:fetch-public:call', 'outside:address'],
});

export const deleteWebhook = route({
  operationId: 'deleteWebhook',
  forSuspended: true,
  method: 'DELETE',
  path: '/webhooks/{id}',
  summary: 'Delete a webhook',
  description: 'Pending deliveries are cancelled.',
  ...writer,
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'webhook.deleted',
  problems: ['not-found'],
  uses: [],
});

export const rotateWebhookSecret = route({
  operationId: 'rotateWebhookSecret',
  method: 'POST',
  path: '/webhooks/{id}/rotate-secret',
  summary: 'Replace the secret of a webhook',
  description:
    'Only this answer shows the new secret. The previous one stays valid: every delivery is signed with both until the next rotation, which drops the older.',
  ...writer,
  params: idInPath,
  status: 200,
  response: WebhookWithSecret,
  concurrency: 'if-match-honoured',
  idempotency: 'none',
  audit: 'webhook.secret-rotated',
  problems: ['not-found'],
  uses: ['fieldKey:use'],
});

export const listWebhookDeliveries = route({
  operationId: 'listWebhookDeliveries',
  method: 'GET',
  path: '/webhooks/{id}/deliveries',
  summary: 'List the deliveries of a webhook, newest first',
  description: `The \`type\` is that of the event, or \`${TEST_DELIVERY}\` of what \`POST /webhooks/{id}/test\` has sent, whose \`event_id\` is the \`id\` of its body.`,
  ...reader,
  params: idInPath,
  query: z.strictObject({
    state: z.enum(STATES, `must be one of ${STATES.join(', ')}`).optional(),
    ...countedPage,
  }),
  status: 200,
  response: listOf(WebhookDelivery),
  problems: ['not-found'],
  uses: [],
});

export const resendWebhookDelivery = route({
  operationId: 'resendWebhookDelivery',
  method: 'POST',
  path: '/webhooks/{id}/deliveries/{delivery_id}/resend',
  summary: 'Resend a delivery',
  description:
    'The event is delivered again at once, whatever the outcome before, and with all the attempts of a new delivery.',
  tenants,
  roles: ['ADMIN', 'OPS'],
  params: idInPath.extend({
    delivery_id: z.string().meta({ openapi: { type: 'string', format: 'uuid' } }),
  }),
  status: 202,
  response: WebhookDelivery,
  audit: 'webhook.resent',
  problems: ['not-found'],
  uses: ['queue:webhook-deliveries:send'],
});

export const testWebhook = route({
  operationId: 'testWebhook',
  method: 'POST',
  path: '/webhooks/{id}/test',
  summary: 'Send a webhook a test',
  description: `Delivers \`{id, type, time, tenant_id, schema_version, data: {webhook_id}}\` at once, whatever the webhook subscribes to; its \`type\` is \`${TEST_DELIVERY}\`. It is signed, listed and retried like the delivery of an event. A webhook that is disabled is sent nothing.`,
  tenants,
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  status: 202,
  location: '/webhooks/{webhook_id}/deliveries',
  response: WebhookDelivery,
  audit: 'webhook.tested',
  problems: ['not-found', 'conflict'],
  uses: ['queue:webhook-deliveries:send'],
});

export const replayWebhook = route({
  operationId: 'replayWebhook',
  method: 'POST',
  path: '/webhooks/{id}/replay',
  summary: 'Deliver again what a webhook was sent in a span of time',
  description: `Deliveries that were created from \`from\` on and before \`to\`, at most ${MAX_REPLAY_DAYS} days later, and have ended are due again at once, with all the attempts of a new delivery, and to the webhook’s URL of now. They go out within minutes. They are the same deliveries: receivers know a repetition by its \`webhook-id\`. A span with more than ${MAX_REPLAYED.toLocaleString('en')} is refused as a whole. Tests, and what is pending, are left as they are.`,
  tenants,
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: z
    .strictObject({
      from: instant,
      to: instant,
      state: z.enum(ENDED_STATES, `must be one of ${ENDED_STATES.join(', ')}`).optional(),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
      path: ['to'],
      message: 'must be after from',
    })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= MAX_REPLAY_DAYS * DAY_MS, {
      path: ['to'],
      message: `must be at most ${MAX_REPLAY_DAYS} days after from`,
    }),
  example: { from: '2026-11-27T22:00:00Z', to: '2026-11-28T06:00:00Z', state: 'FAILED' },
  status: 202,
  location: '/webhooks/{id}/deliveries',
  response: z.object({ deliveries: z.number().int() }),
  audit: 'webhook.replayed',
  problems: ['not-found', 'conflict'],
  uses: [],
});
