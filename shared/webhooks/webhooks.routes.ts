import * as z from 'zod';
import { EVENT_TYPES, type EventType } from '#contracts/event-types.ts';
import { idInPath, idOut, instantOut, listOf, page } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { MAX_ATTEMPTS } from '#webhooks/delivery/retry-pauses.ts';

const MAX_URL_LENGTH = 2_000;
const STATES = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;

export const Webhook = z.object({
  id: idOut,
  url: z.string().meta({ description: 'Normalised; the values of its query are masked.' }),
  events: z.array(z.enum(EVENT_TYPES)),
  /** A webhook that answers 410 is disabled: it gets nothing more, and another can be created at its URL. */
  status: z.enum(['ACTIVE', 'DISABLED']),
  /** Two after a rotation. */
  live_secrets: z.number().int(),
  rotated_at: instantOut.nullable(),
  version: z.number().int(),
  created_at: instantOut,
});

/** A webhook with its secret, which no other answer shows. */
export const WebhookWithSecret = Webhook.extend({ secret: z.string() });

export const WebhookDelivery = z.object({
  id: idOut,
  webhook_id: idOut,
  event_id: idOut,
  type: z.enum(EVENT_TYPES),
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
  delivered_at: instantOut.nullable(),
});

const eventType = z.enum(EVENT_TYPES, 'must be the type of an event') as z.ZodType<EventType, EventType>;
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
    `Unless the answer is a 2xx within ten seconds, delivery is retried, ${MAX_ATTEMPTS} times in three days. \`Retry-After\` of a 429 or 503 is honoured, up to a day; 410 disables the webhook. Redirects are not followed. The URL must be https, and its host on the public internet, when the webhook is created and at each delivery.`,
    'Only this answer shows the `secret`.',
    '`security.reported` is for a SIEM: once a minute, if there is something new, one event counts the security events of the audit trail since the one before, and has up to 100 of their entries, of each action the newest first; `GET /audit?security=true` from `first_at` on has the others. Entries are masked as in the trail; they have addresses, and are therefore given only to a webhook that names this event.',
  ].join('\n\n'),
  ...writer,
  body: z.strictObject({
    url: z.string('must be a string').max(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters`),
    events: z
      .array(eventType)
      .min(1, 'must name an event')
      .max(EVENT_TYPES.length, 'must name each event once')
      .refine((types) => new Set(types).size === types.length, 'must name each event once'),
  }),
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
  query: z.strictObject({ ...page }),
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

export const deleteWebhook = route({
  operationId: 'deleteWebhook',
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
  ...reader,
  params: idInPath,
  query: z.strictObject({
    state: z.enum(STATES, `must be one of ${STATES.join(', ')}`).optional(),
    ...page,
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
