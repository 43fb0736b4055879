import * as z from 'zod';
import { Verification } from '#audit/verification/verification.ts';
import { AUDIT_ACTIONS } from '#contracts/audit-actions.ts';
import { daysBetween } from '#kernel/calendar.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { booleanInQuery, idOut, instant, instantOut, isoDate } from '#kernel/fields.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';

const readers = { roles: ['ADMIN', 'COMPLIANCE'] } as const;

const values = z.record(z.string(), z.unknown()).nullable();

/** A record before and after, by what differs; null before it was made. */
const AuditedChange = z.object({ resource: z.string(), before: values, after: values });

export const AuditEntry = z.object({
  id: idOut,
  ts: instantOut,
  actor_id: z.string().nullable(),
  actor_role: z.string(),
  action: z.string(),
  resource: z.string(),
  request_id: z.string(),
  source_ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  outcome: z.enum(['done', 'refused']),
  problem: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
  changes: z.array(AuditedChange),
  changes_complete: z.boolean(),
});

const MAX_FILTER = 200;
const filter = z.string().min(1).max(MAX_FILTER).optional();

export const AUDIT_SORTS = { byItself: '-ts', keys: { ts: 'age' } } as const satisfies Sorts;

export const listAudit = route({
  operationId: 'listAudit',
  method: 'GET',
  path: '/audit',
  summary: 'Search the audit trail',
  description:
    'Entries are listed newest first, or oldest first as `sort` says: those of the caller’s own tenant. Operators read the platform’s, with what was refused to callers whom nobody knows; what they do to a tenant is in the tenant’s trail. `resource` has the form `shareholders/<id>`. `from` is inclusive, `to` exclusive. `security=true` lists security events alone, those that `security.reported` tells webhooks of; false the others. Payloads are masked. `changes` are the records that were changed, with the values that differ before and after: `***` for what is personal or secret, numbers as texts; of more than 20 records the first, and `changes_complete` is false. A change of state that an entry of another record has caused leaves an entry of its own, such as `dividend.paid`. An entry whose `outcome` is `refused` names the problem that was answered; jobs have no `source_ip`.',
  roles: ['ADMIN', 'COMPLIANCE', 'OPERATOR'],
  sorts: AUDIT_SORTS,
  query: z.strictObject({
    actor_id: filter,
    resource: filter,
    request_id: filter,
    action: z.enum(AUDIT_ACTIONS).optional(),
    security: booleanInQuery.optional(),
    from: instant.optional(),
    to: instant.optional(),
    ...countedPage,
    ...sortBy(AUDIT_SORTS),
  }),
  status: 200,
  response: listOf(AuditEntry),
  problems: [],
  uses: [],
});

const MAX_DAYS = 366;

export const verifyAudit = route({
  operationId: 'verifyAudit',
  method: 'GET',
  path: '/audit/verify',
  summary: 'Verify the exported audit trail of a range of days',
  description:
    'Both days are inclusive. Verifies the signed digests of the range, and every byte of our own entries that they name; `broken` is the first link that does not hold. `EMPTY` means that there is nothing of ours to verify. Entries are exported within the hour.',
  roles: ['COMPLIANCE'],
  query: z
    .strictObject({ from: isoDate, to: isoDate })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' })
    .refine(({ from, to }) => daysBetween(from, to) < MAX_DAYS, {
      path: ['to'],
      message: `must be at most ${MAX_DAYS} days after from`,
    }),
  status: 200,
  response: Verification,
  limit: 'reports',
  problems: ['needs-restore'],
  uses: ['auditBucket:read', 'auditKeys:read', 'retentionPolicy:read'],
  timeoutSeconds: 29,
  // Hashing and decompressing take a full core; less memory would mean less of it.
  memoryMb: 1769,
});

export const getAuditKeys = route({
  operationId: 'getAuditKeys',
  method: 'GET',
  path: '/audit/keys',
  summary: 'Get the keys that verify digests, as a JSON Web Key Set',
  description:
    'The set has every key that was ever used: an auditor who keeps it can verify a copy of the archive independently.',
  ...readers,
  status: 200,
  response: z.object({
    keys: z.array(
      z.object({
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('ES256'),
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        y: z.string(),
      }),
    ),
  }),
  problems: [],
  uses: ['auditKeys:read'],
});
