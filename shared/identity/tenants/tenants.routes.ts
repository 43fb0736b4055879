import * as z from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN } from '#identity/sign-in/password-limits.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, loginEmail, text, timeZone } from '#kernel/fields.ts';
import { TENANT_TYPES } from '#kernel/roles.ts';
import { route } from '#platform/http/route.ts';

const STATUSES = ['ACTIVE', 'SUSPENDED'] as const;

export const Tenant = z.object({
  id: idOut,
  slug: z.string(),
  name: z.string(),
  type: z.enum(TENANT_TYPES),
  status: z.enum(STATUSES),
  /** The tenant’s days begin and end there. */
  time_zone: z.string(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

const firstUser = z.strictObject({
  email: loginEmail,
  password: z.string().min(PASSWORD_MIN).max(PASSWORD_MAX).optional(),
});

const NewTenant = z.strictObject({
  slug: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/,
      'must be 3 to 40 of a-z, 0-9 and -, beginning with a letter and not ending with -',
    )
    .refine((slug) => !slug.startsWith('vestry'), 'must not begin with vestry'),
  name: text(200),
  type: z.enum(TENANT_TYPES),
  /** Tenants that name none live in the environment’s. */
  time_zone: timeZone.optional(),
  admin: firstUser,
  /** A second person from the first day: without one, an operator approves the first. */
  first_compliance: firstUser.optional(),
});

const operator = { roles: ['OPERATOR'], tenants: ['PLATFORM'] } as const;

export const createTenant = route({
  operationId: 'createTenant',
  method: 'POST',
  path: '/tenants',
  summary: 'Create a tenant with its first ADMIN, and its first COMPLIANCE user',
  description:
    'Its first users are invited by mail: each link works once, for 72 hours, and is shown to nobody else. Environments that set `passwordsByAdmin` also take their passwords. Changes that decide where money or shares go need two persons (see `/approvals`). A tenant that begins with its ADMIN alone gets its second person by an operator’s approval, see `/tenants/{id}/approvals`.',
  ...operator,
  body: NewTenant,
  example: {
    slug: 'initech',
    name: 'Initech Holdings',
    type: 'ISSUER',
    time_zone: 'America/New_York',
    admin: { email: 'admin@initech.example' },
  },
  status: 201,
  location: '/tenants/{id}',
  response: Tenant,
  concurrency: 'etag',
  audit: 'tenant.created',
  problems: ['tenant-exists', 'user-exists'],
  uses: ['fieldKey:use', 'queue:mails:send', 'links:public', 'passwords:byAdmin', 'timeZone:default'],
  // Hashes a password: see login.
  memoryMb: 1769,
});

export const listTenants = route({
  operationId: 'listTenants',
  method: 'GET',
  path: '/tenants',
  summary: 'List tenants',
  ...operator,
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(Tenant),
  problems: [],
  uses: [],
});

export const getTenant = route({
  operationId: 'getTenant',
  method: 'GET',
  path: '/tenants/{id}',
  summary: 'Get a tenant',
  ...operator,
  params: idInPath,
  status: 200,
  response: Tenant,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const updateTenant = route({
  operationId: 'updateTenant',
  method: 'PATCH',
  path: '/tenants/{id}',
  summary: 'Rename, move, suspend or reactivate a tenant',
  description:
    'The tokens of a suspended tenant stop working at once on every route that writes. `networks: null` takes the tenant’s list of networks (`/settings/sign-in`) away, for the day on which it locks everybody out. With another `time_zone`, its days begin and end there from now on; what was frozen at the close of a day stays as it is.',
  ...operator,
  params: idInPath,
  body: z
    .strictObject({
      name: text(200).optional(),
      status: z.enum(STATUSES).optional(),
      networks: z.null('must be null: only the tenant names networks').optional(),
      time_zone: timeZone.optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'must change something'),
  example: { status: 'SUSPENDED' },
  status: 200,
  response: Tenant,
  concurrency: 'if-match',
  audit: 'tenant.updated',
  problems: ['not-found', 'precondition-failed', 'precondition-required', 'second-factor-required'],
  uses: ['eventBus:put', 'secondFactor:demand'],
});
