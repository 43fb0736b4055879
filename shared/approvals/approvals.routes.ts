import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { booleanInQuery, id, idInPath, idOut, instantOut, text, wholeNumber } from '#kernel/fields.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { route } from '#platform/http/route.ts';
import { SeenChangeRequest } from './approval.routes.ts';
import { CHANGE_STATES, ChangeRequest } from './change-request.ts';
import { CHANGE_KINDS } from './controlled-changes.ts';

export { getApproval } from './approval.routes.ts';
/** Named in the contract. */
export { ChangeRequest };

const MOST_HOURS = 87_600;

const filter = z.strictObject({
  ...countedPage,
  state: z.enum(CHANGE_STATES, `must be one of ${CHANGE_STATES.join(', ')}`).optional(),
  kind: z.enum(CHANGE_KINDS, `must be one of ${CHANGE_KINDS.join(', ')}`).optional(),
  requested_by: id.optional(),
  /** Only what has waited for at least so many hours, and waits still. */
  waiting_hours: z
    .string()
    .regex(/^\d{1,5}$/, `must be 0 to ${MOST_HOURS}`)
    .transform(Number)
    .refine((value) => value <= MOST_HOURS, `must be at most ${MOST_HOURS}`)
    .optional()
    .meta({ openapi: { type: 'integer', minimum: 0, maximum: MOST_HOURS } }),
});

const list = {
  method: 'GET',
  description: 'The newest come first, or the oldest as `sort` says. `state=PENDING` is the inbox.',
  query: filter,
  status: 200,
  response: listOf(SeenChangeRequest),
  problems: [],
  uses: [],
} as const;

const because = {
  body: z.strictObject({ reason: text(500).optional() }),
  bodyOptional: true,
  example: { reason: 'Confirmed by telephone with the holder.' },
} as const;

/** Applying a change may pay, start a run, report to a waiting execution, or send mail to a user. */
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
    'transfer-reversed',
    'corporate-action-exists',
    'corporate-action-not-reversible',
    'dated-before-split',
    'split-under-way',
    'authorized-shares-exceeded',
    'dividend-not-cancellable',
    'dividend-not-adjustable',
    'adjustment-exceeds-unpaid',
    'bank-item-resolved',
    'payment-ordered',
    'payment-not-reversible',
    'reversal-too-late',
    'payment-in-doubt',
  ],
  uses: [
    'eventBus:put',
    'disbursementMachine:start',
    'disbursementMachine:report',
    'queue:mails:send',
    'queue:payment-runs:send',
    'queue:uploads:send',
    'queue:dividend-runs:send',
    'queue:notices:send',
  ],
} as const;

/** Whoever approves proves to be the person who may, where a second factor is demanded. */
const approval = {
  ...decision,
  problems: [...decision.problems, 'second-factor-required'],
  uses: [...decision.uses, 'secondFactor:demand'],
} as const;

/** Requests that one person decides on at once. */
const MOST_AT_ONCE = 100;

const deciders = ['ADMIN', 'COMPLIANCE', 'OPERATOR'] as const;
const operator = { roles: ['OPERATOR'], tenants: ['PLATFORM'] } as const;
const ofTenant = z.strictObject({ id, approval: id });
const WHERE_NOBODY_ELSE =
  'An operator decides only on changes of users, and only while the tenant has nobody else who may: somebody other than the proposer, and independent of them.';

export const APPROVAL_SORTS = {
  byItself: '-requested_at',
  keys: { requested_at: 'age' },
} as const satisfies Sorts;

export const listApprovals = route({
  operationId: 'listApprovals',
  path: '/approvals',
  summary: 'List changes that wait for a second person, or were decided',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'OPERATOR'],
  ...list,
  description:
    'The newest come first. `state=PENDING` is the inbox, payments that wait among it; `decidable=true` is what you can decide on yourself.',
  sorts: APPROVAL_SORTS,
  query: filter.extend({ decidable: booleanInQuery.optional(), ...sortBy(APPROVAL_SORTS) }),
  discloses: true,
});

export const countApprovals = route({
  operationId: 'countApprovals',
  method: 'GET',
  path: '/approvals/counts',
  summary: 'Count the changes that wait for a second person, by kind',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'OPERATOR'],
  status: 200,
  response: z.object({
    /** The requests that wait, of all kinds. */
    waiting: z.number().int(),
    /** Those of them on which the caller can decide. */
    decidable: z.number().int(),
    data: z.array(
      z.object({
        kind: z.enum(CHANGE_KINDS),
        waiting: z.number().int(),
        decidable: z.number().int(),
        oldest_requested_at: instantOut,
      }),
    ),
  }),
  problems: [],
  uses: [],
});

export const approveChange = route({
  operationId: 'approveChange',
  forSuspended: true,
  peopleOnly: true,
  path: '/approvals/{id}/approve',
  summary: 'Approve a change that another person has proposed; it takes effect with the answer',
  description:
    'Nobody approves what they have proposed, or what somebody has proposed whom they have made or reset, or who was made by the same person, until somebody else has confirmed that user.',
  roles: deciders,
  params: idInPath,
  ...approval,
  audit: 'change.approved',
});

export const denyChange = route({
  operationId: 'denyChange',
  forSuspended: true,
  peopleOnly: true,
  path: '/approvals/{id}/deny',
  summary: 'Deny a change that another person has proposed',
  roles: deciders,
  params: idInPath,
  ...decision,
  audit: 'change.denied',
});

const ItemProblem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
});

export const decideChanges = route({
  operationId: 'decideChanges',
  peopleOnly: true,
  method: 'POST',
  path: '/approvals/decisions',
  summary: 'Approve or deny several changes that others have proposed',
  description: `At most ${MOST_AT_ONCE}, in the order in which they are named. Each is a transaction and an entry of the trail of its own: one that is refused undoes no other. \`version\` is the item's \`If-Match\`. What there was no time for is answered with 503, and can be sent again.`,
  roles: deciders,
  body: z.strictObject({
    decision: z.enum(['APPROVE', 'DENY'], 'must be APPROVE or DENY'),
    reason: text(500).optional(),
    items: z
      .array(z.strictObject({ id, version: wholeNumber(1, 999_999_999).optional() }))
      .min(1, 'must name at least one change request')
      .max(MOST_AT_ONCE, `must name at most ${MOST_AT_ONCE} change requests`)
      .refine(
        (items) => new Set(items.map((item) => item.id)).size === items.length,
        'must not name a change request twice',
      ),
  }),
  example: {
    decision: 'APPROVE',
    items: [{ id: '01936f2a-7c1e-7b3a-9d54-2f6a8c0e1b7d', version: 1 }],
  },
  status: 200,
  response: z.object({
    decided: z.number().int(),
    refused: z.number().int(),
    data: z.array(
      z.object({
        id: idOut,
        /** The status with which a request for this item alone would be answered. */
        status: z.number().int(),
        change_request: ChangeRequest.nullable(),
        problem: ItemProblem.nullable(),
      }),
    ),
  }),
  problems: ['second-factor-required'],
  uses: approval.uses,
  audit: 'changes.decided',
  timeoutSeconds: 29,
});

export const withdrawChange = route({
  operationId: 'withdrawChange',
  forSuspended: true,
  path: '/approvals/{id}/withdraw',
  summary: 'Withdraw a change that you have proposed',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'OPERATOR'],
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
  description: `${list.description} The page leaves an entry in the tenant’s trail.`,
  discloses: true,
  problems: ['not-found'],
});

export const approveTenantChange = route({
  operationId: 'approveTenantChange',
  path: '/tenants/{id}/approvals/{approval}/approve',
  summary: 'Approve a change for a tenant that has no second person',
  description: WHERE_NOBODY_ELSE,
  ...operator,
  params: ofTenant,
  ...approval,
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
