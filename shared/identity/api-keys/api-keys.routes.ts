import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { networksUpTo } from '#identity/network.fields.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instant, instantOut, text, wholeNumber } from '#kernel/fields.ts';
import { KEY_ROLES, TENANT_TYPES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

const MAX_ROUTES = 50;
const MAX_NETWORKS = 20;
/** A secret that another replaces goes on for so long at most: a week to change it everywhere. */
const MAX_OVERLAP_HOURS = 168;

export const ApiKey = z.object({
  id: idOut,
  name: z.string(),
  role: z.enum(KEY_ROLES),
  /** The operations that it may call; null: all of its role. */
  routes: z.array(z.string()).nullable(),
  /** The networks that it may be used from; null: those of its tenant. */
  networks: z.array(z.string()).nullable(),
  status: z.enum(['PENDING', 'ACTIVE', 'REVOKED', 'EXPIRED']),
  made_by: idOut,
  confirmed_by: idOut.nullable(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  expires_at: instantOut,
  last_used_at: instantOut.nullable(),
  last_used_from: z.string().nullable(),
  version: z.number().int(),
});

const tenants = TENANT_TYPES;
const writer = { tenants, roles: ['ADMIN'] } as const;
const reader = { tenants, roles: ['ADMIN', 'COMPLIANCE'] } as const;

const operation = z
  .string('must be the name of an operation')
  .max(60, { error: 'must have at most 60 characters', abort: true })
  .regex(/^[a-z][A-Za-z0-9]+$/, 'must be the name of an operation, as the contract has it: listShareholders');

const secretOnce = z.string().meta({ description: 'Shown once: only its hash is kept.' });

export const createApiKey = route({
  operationId: 'createApiKey',
  method: 'POST',
  path: '/api-keys',
  summary: 'Propose an API key',
  description:
    'The key waits for a second person, and lets nobody in until then; its secret is in this answer and nowhere else. Send it as `Authorization: Bearer vk_…`, or exchange it at `POST /oauth/token` with the key’s id (`subject.id`) as `client_id`. `DIRECTORY` provisions users by SCIM, and does nothing else. A key approves nothing, whatever its role. `routes` are operations of the contract that its role may call; to export a report it needs `createReportExport` and the report’s own operation. Its secrets end with the rights of whoever has seen them. With `networks` of its own it is held to these, and else to those of the tenant (`/settings/sign-in`).',
  ...writer,
  body: z.strictObject({
    name: text(100),
    role: z.enum(KEY_ROLES, `must be one of ${KEY_ROLES.join(', ')}`),
    routes: z
      .array(operation)
      .min(1, 'must name at least one operation, or be left out')
      .max(MAX_ROUTES, `must name at most ${MAX_ROUTES} operations`)
      .optional(),
    networks: networksUpTo(MAX_NETWORKS).min(1, 'must name at least one network, or be left out').optional(),
    expires_at: instant,
  }),
  example: {
    name: 'Payroll export',
    role: 'OPS',
    routes: ['listTransactions'],
    networks: ['203.0.113.0/24'],
    expires_at: '2027-06-30T00:00:00Z',
  },
  status: 202,
  location: '/approvals/{id}',
  response: ChangeRequest.extend({ secret: secretOnce }),
  concurrency: 'etag',
  // An answer that is kept would have the secret in it.
  idempotency: 'none',
  audit: 'change.requested',
  problems: ['api-key-exists', 'too-many-api-keys'],
  uses: ['eventBus:put'],
});

export const listApiKeys = route({
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/api-keys',
  summary: 'List API keys, the newest first',
  ...reader,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(ApiKey),
  problems: [],
  uses: [],
});

export const getApiKey = route({
  operationId: 'getApiKey',
  method: 'GET',
  path: '/api-keys/{id}',
  summary: 'Get an API key',
  ...reader,
  params: idInPath,
  status: 200,
  response: ApiKey,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const rotateApiKey = route({
  operationId: 'rotateApiKey',
  method: 'POST',
  path: '/api-keys/{id}/rotate',
  summary: 'Make a new secret for an API key',
  description:
    'The secret before goes on for `overlap_hours`; any older one ends at once, so that two live at most.',
  ...writer,
  params: idInPath,
  body: z.strictObject({ overlap_hours: wholeNumber(0, MAX_OVERLAP_HOURS).default(24) }),
  bodyOptional: true,
  example: { overlap_hours: 24 },
  status: 200,
  response: ApiKey.extend({ secret: secretOnce }),
  concurrency: 'if-match-honoured',
  // An answer that is kept would have the secret in it.
  idempotency: 'none',
  audit: 'api-key.rotated',
  problems: ['not-found', 'api-key-not-active'],
  uses: [],
});

export const revokeApiKey = route({
  operationId: 'revokeApiKey',
  forSuspended: true,
  method: 'DELETE',
  path: '/api-keys/{id}',
  summary: 'Revoke an API key; its next request is refused',
  ...writer,
  params: idInPath,
  status: 204,
  concurrency: 'if-match-honoured',
  audit: 'api-key.revoked',
  problems: ['not-found'],
  uses: [],
});

export const issueClientToken = route({
  operationId: 'issueClientToken',
  method: 'POST',
  path: '/oauth/token',
  summary: 'Exchange an API key for an access token (OAuth 2.0 client credentials)',
  description:
    'RFC 6749, 4.4: `grant_type=client_credentials`, with the key’s id and secret in an `Authorization: Basic` header or as `client_id` and `client_secret` in the body. Errors are those of RFC 6749, 5.2.',
  roles: 'PUBLIC',
  limit: 'signIn',
  body: z.strictObject({
    grant_type: z.string(),
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
    scope: z.string().optional(),
  }),
  consumes: ['application/x-www-form-urlencoded'],
  status: 200,
  response: z.object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int(),
  }),
  audit: 'client-token.issued',
  problems: ['invalid-credentials', 'unsupported-grant', 'tenant-suspended', 'network-not-allowed'],
  uses: ['signingKeys:read'],
});
