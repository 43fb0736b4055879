import * as z from 'zod';
import { id, idInPath, idOut, instantOut, listOf, page, text } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { CHANGE_KINDS } from './controlled-changes.ts';

const STATES = ['PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'WITHDRAWN'] as const;

const shown = z.looseObject({}).meta({ openapi: { type: 'object', additionalProperties: true } });

/** A change that waits, or waited, for a second person. */
export const ChangeRequest = z.object({
  id: idOut,
  kind: z.enum(CHANGE_KINDS),
  state: z.enum(STATES),
  requested_by: idOut,
  requested_at: instantOut,
  decided_by: idOut.nullable(),
  decided_at: instantOut.nullable(),
  /** Nobody may approve it from then on; null: it waits until somebody decides. */
  expires_at: instantOut.nullable(),
  subject: z.object({ type: z.string(), id: z.string() }),
  /** The change replaces this; null where nothing was there before. */
  before: shown.nullable(),
  after: shown,
  /** Why it was denied or withdrawn, if that was said. */
  reason: z.string().nullable(),
  version: z.number().int(),
});

const filter = z.strictObject({
  ...page,
  state: z.enum(STATES, `must be one of ${STATES.join(', ')}`).optional(),
  kind: z.enum(CHANGE_KINDS, `must be one of ${CHANGE_KINDS.join(', ')}`).optional(),
});

const list = {
  method: 'GET',
  description: 'The newest come first. `state=PENDING` is the inbox.',
  query: filter,
  status: 200,
  response: listOf(ChangeRequest),
  problems: [],
  uses: [],
} as const;

const because = {
  body: z.strictObject({ reason: text(500).optional() }),
  bodyOptional: true,
  example: { reason: 'Confirmed by telephone with the holder.' },
} as const;

/** Applying a change may pay, start a run, report to a waiting execution, or invite a user. */
const decision = {
  ...because,
  method: 'POST',
  status: 200,
  response: ChangeRequest,
  concurrency: 'if-match-honoured',
  problems: [
    'not-found',
    'four-eyes',
    'change-decided',
    'change-outdated',
    'shareholder-exists',
    'shareholder-closed',
    'insufficient-position',
  ],
  uses: [
    'eventBus:put',
    'disbursementMachine:start',
    'disbursementMachine:report',
    'queue:mails:send',
    'queue:payment-runs:send',
    'queue:uploads:send',
  ],
} as const;

const deciders = ['ADMIN', 'COMPLIANCE'] as const;
const operator = { roles: ['OPERATOR'], tenants: ['PLATFORM'] } as const;
const ofTenant = z.strictObject({ id, approval: id });
const WHERE_NOBODY_ELSE =
  'An operator decides only on changes of users, and only while the tenant has nobody else who may: somebody other than the proposer, and independent of them.';

export const listApprovals = route({
  operationId: 'listApprovals',
  path: '/approvals',
  summary: 'List changes that wait for a second person, or were decided',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  ...list,
  discloses: true,
});

export const getApproval = route({
  operationId: 'getApproval',
  method: 'GET',
  path: '/approvals/{id}',
  summary: 'Get a change request',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  status: 200,
  response: ChangeRequest,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const approveChange = route({
  operationId: 'approveChange',
  path: '/approvals/{id}/approve',
  summary: 'Approve a change that another person has proposed; it takes effect with the answer',
  description:
    'Nobody approves what they have proposed, or what somebody has proposed whom they have made or reset, or who was made by the same person, until somebody else has confirmed that user.',
  roles: deciders,
  params: idInPath,
  ...decision,
  audit: 'change.approved',
});

export const denyChange = route({
  operationId: 'denyChange',
  path: '/approvals/{id}/deny',
  summary: 'Deny a change that another person has proposed',
  roles: deciders,
  params: idInPath,
  ...decision,
  audit: 'change.denied',
});

export const withdrawChange = route({
  operationId: 'withdrawChange',
  path: '/approvals/{id}/withdraw',
  summary: 'Withdraw a change that you have proposed',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  ...decision,
  audit: 'change.withdrawn',
});

export const listTenantApprovals = route({
  operationId: 'listTenantApprovals',
  path: '/tenants/{id}/approvals',
  summary: 'List the change requests of a tenant',
  params: idInPath,
  ...operator,
  ...list,
  problems: ['not-found'],
});

export const approveTenantChange = route({
  operationId: 'approveTenantChange',
  path: '/tenants/{id}/approvals/{approval}/approve',
  summary: 'Approve a change for a tenant that has no second person',
  description: WHERE_NOBODY_ELSE,
  ...operator,
  params: ofTenant,
  ...decision,
  audit: 'change.approved',
});

export const denyTenantChange = route({
  operationId: 'denyTenantChange',
  path: '/tenants/{id}/approvals/{approval}/deny',
  summary: 'Deny a change for a tenant that has no second person',
  description: WHERE_NOBODY_ELSE,
  ...operator,
  params: ofTenant,
  ...decision,
  audit: 'change.denied',
});
