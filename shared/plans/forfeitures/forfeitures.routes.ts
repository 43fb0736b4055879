import * as z from 'zod';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { dateOut, idInPath, idOut, instantOut, isoDate } from '#kernel/fields.ts';
import { amount, amountOut, currency } from '#kernel/money.ts';
import { type Sorts, sortBy } from '#kernel/sorts.ts';
import { PLAN_TYPES } from '#plans/plan-types.ts';
import { route } from '#platform/http/route.ts';

export const Forfeiture = z.object({
  id: idOut,
  kind: z.enum(['FORFEITED', 'RESTORED', 'USED', 'REVERSED']),
  plan_type: z.string(),
  currency: z.string(),
  amount: amountOut.meta({ description: 'More than zero where the account grows.' }),
  balance_after: amountOut.meta({ description: 'The balance of the account of the plan type and currency.' }),
  plan_id: idOut.nullable(),
  pay_date: dateOut.nullable(),
  reverses: idOut.nullable().meta({ description: 'The use that the entry takes back.' }),
  effective_date: dateOut,
  created_at: instantOut,
  created_by: idOut.nullable(),
});

const planType = z.enum(PLAN_TYPES, `must be one of ${PLAN_TYPES.join(', ')}`);

export const FORFEITURE_SORTS = {
  byItself: 'created_at',
  keys: { created_at: 'age', effective_date: 'date', amount: 'amount' },
} as const satisfies Sorts;

export const listForfeitures = route({
  operationId: 'listForfeitures',
  method: 'GET',
  path: '/forfeitures',
  summary: 'List the entries of the forfeiture accounts',
  description:
    'An account is of a plan type and a currency. Unvested money of an ended plan is held in the plan, and comes here once everything vested has been paid out, or after five years. It stays plan assets.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  sorts: FORFEITURE_SORTS,
  query: z.strictObject({
    ...countedPage,
    plan_type: planType.optional(),
    currency: currency.optional(),
    ...sortBy(FORFEITURE_SORTS),
  }),
  status: 200,
  response: listOf(Forfeiture),
  problems: [],
  uses: [],
});

export const useForfeitures = route({
  operationId: 'useForfeitures',
  method: 'POST',
  path: '/forfeitures',
  summary: 'Pay the employer’s contributions from what was forfeited',
  description:
    'The contributions of `pay_date` were recorded in full; the employer pays that much less for them into the plans. At most what the employer has contributed for that day to plans of the type, and what the account holds.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({ plan_type: planType, currency: currency.default('USD'), amount, pay_date: isoDate }),
  example: { plan_type: '401K', amount: '250.00', pay_date: '2026-06-30' },
  status: 201,
  response: Forfeiture,
  idempotency: 'required',
  audit: 'forfeiture.used',
  problems: ['forfeitures-exceeded'],
  uses: [],
});

export const reverseForfeitureUse = route({
  operationId: 'reverseForfeitureUse',
  method: 'POST',
  path: '/forfeitures/{id}/reverse',
  summary: 'Take back a use of forfeitures',
  description:
    'Whole, and once. The account holds the money again, and the employer has paid for the contributions of that pay date. It answers the entry that takes the use back.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  status: 201,
  response: Forfeiture,
  idempotency: 'required',
  audit: 'forfeiture.use-reversed',
  problems: ['not-found', 'forfeiture-use-reversed'],
  uses: [],
});
