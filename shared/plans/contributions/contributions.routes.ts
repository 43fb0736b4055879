import * as z from 'zod';
import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { dateOut, idInPath, idOut, instantOut, isoDate } from '#kernel/fields.ts';
import { amount, amountOut, currency } from '#kernel/money.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { PLAN_TYPES } from '#plans/plan-types.ts';
import { route } from '#platform/http/route.ts';
import { LIMIT_KINDS } from './contribution-limits.ts';

export const Contribution = z.object({
  id: idOut,
  plan_id: idOut,
  amount: amountOut,
  currency: z.string(),
  source: z.enum(CONTRIBUTION_SOURCES),
  effective_date: dateOut,
  balance_after: amountOut,
  transaction_id: idOut,
  reverses: idOut.nullable(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

const NewContribution = z.strictObject({
  amount,
  currency: currency.optional(),
  source: z
    .enum(CONTRIBUTION_SOURCES, `must be one of ${CONTRIBUTION_SOURCES.join(', ')}`)
    .default('EMPLOYEE'),
  effective_date: isoDate.optional(),
});
export type NewContribution = z.output<typeof NewContribution>;

const idText = z.string().meta({ openapi: { type: 'string', format: 'uuid' } });
const oneInPath = z.object({ id: idText, contribution_id: idText });
const sponsor = { tenants: ['SPONSOR'] } as const;
const readersAndOwner = { ...sponsor, roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] } as const;

export const recordContribution = route({
  operationId: 'recordContribution',
  method: 'POST',
  path: '/plans/{id}/contributions',
  summary: 'Record a contribution',
  description:
    'Appends the contribution and its transaction, and moves the plan’s balance, in one serializable transaction. `currency` must be the plan’s; `effective_date` defaults to today, in the sponsor’s time zone, and may be neither before enrolment nor more than 31 days ahead; until that day the money is pending. An ended plan takes final pay that is effective within 75 days of its end. `source` is EMPLOYEE (before tax), ROTH or AFTER_TAX; EMPLOYER, whose money vests by the plan’s schedule, or SAFE_HARBOR, which is vested; or ROLLOVER, which no limit counts. The legal limits of its year count every contribution effective in that year.',
  ...sponsor,
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: NewContribution,
  example: { amount: '125.50', currency: 'USD', source: 'EMPLOYEE' },
  status: 201,
  location: '/plans/{plan_id}/contributions/{id}',
  response: Contribution,
  idempotency: 'required',
  audit: 'contribution.recorded',
  problems: [
    'not-found',
    'plan-terminated',
    'currency-mismatch',
    'contribution-limit-exceeded',
    'contribution-key-used',
    'temporarily-unavailable',
  ],
  uses: ['eventBus:put'],
});

export const CONTRIBUTION_SORTS = {
  byItself: 'created_at',
  keys: { created_at: 'age', effective_date: 'date', amount: 'amount' },
} as const satisfies Sorts;

export const listContributions = route({
  operationId: 'listContributions',
  method: 'GET',
  path: '/plans/{id}/contributions',
  summary: 'List the contributions to a plan, in the order in which they moved its balance',
  ...readersAndOwner,
  params: idInPath,
  sorts: CONTRIBUTION_SORTS,
  query: z.strictObject({ ...countedPage, ...sortBy(CONTRIBUTION_SORTS) }),
  status: 200,
  response: listOf(Contribution),
  problems: ['not-found'],
  uses: [],
});

export const getContribution = route({
  operationId: 'getContribution',
  method: 'GET',
  path: '/plans/{id}/contributions/{contribution_id}',
  summary: 'Get a contribution',
  ...readersAndOwner,
  params: oneInPath,
  status: 200,
  response: Contribution,
  problems: ['not-found'],
  uses: [],
});

export const reverseContribution = route({
  operationId: 'reverseContribution',
  method: 'POST',
  path: '/plans/{id}/contributions/{contribution_id}/reverse',
  summary: 'Reverse a contribution',
  description:
    'Adds an entry of the opposite amount and the same effective date. A contribution can be reversed once, also after the plan has ended. If it came from a payroll file, its period can be paid again.',
  ...sponsor,
  roles: ['ADMIN', 'OPS'],
  params: oneInPath,
  status: 201,
  location: '/plans/{plan_id}/contributions/{id}',
  response: Contribution,
  audit: 'contribution.reversed',
  problems: [
    'not-found',
    'contribution-reversed',
    'vested-balance-exceeded',
    'forfeitures-exceeded',
    'temporarily-unavailable',
  ],
  uses: ['eventBus:put'],
});

export const listContributionLimits = route({
  operationId: 'listContributionLimits',
  method: 'GET',
  path: '/contribution-limits',
  summary: 'List the legal limits of contributions by plan type and year',
  description: 'A year that is not listed has the limits of the latest year before it.',
  ...readersAndOwner,
  query: z.strictObject({ plan_type: z.enum(PLAN_TYPES).optional() }),
  status: 200,
  response: z.object({
    data: z.array(
      z.object({
        plan_type: z.string(),
        year: z.number().int(),
        kind: z.enum(LIMIT_KINDS),
        min_age: z.number().int(),
        max_age: z.number().int(),
        amount: amountOut,
        currency: z.string(),
        source: z.string(),
      }),
    ),
  }),
  problems: [],
  uses: [],
});
