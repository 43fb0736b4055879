import * as z from 'zod';
import { idInPath, isoDate } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { Plan } from './plan-shape.ts';

const writers = { tenants: ['SPONSOR'], roles: ['ADMIN', 'OPS'] } as const;

export const terminatePlan = route({
  operationId: 'terminatePlan',
  forSuspended: true,
  method: 'POST',
  path: '/plans/{id}/terminate',
  summary: 'End a plan',
  description:
    'The employee keeps what has vested by the end of `terminated_on` (default today, at most a year ahead: until then the plan is ACTIVE). Unvested shares are forfeited. Unvested money is held, and forfeited once everything vested has been paid out, or after five years. The plan takes final pay for 75 days, and can be reversed in and paid out. With `If-Match` and another day, an end that is on record is corrected.',
  ...writers,
  params: idInPath,
  body: z.strictObject({ terminated_on: isoDate.optional() }),
  example: { terminated_on: '2026-06-30' },
  status: 200,
  response: Plan,
  concurrency: 'if-match-honoured',
  audit: 'plan.terminated',
  problems: ['not-found', 'plan-terminated', 'vested-balance-exceeded', 'forfeitures-exceeded'],
  uses: [],
});

export const reinstatePlan = route({
  operationId: 'reinstatePlan',
  method: 'POST',
  path: '/plans/{id}/reinstate',
  summary: 'Withdraw the end of a plan, or go on with it after a rehire',
  description:
    'Without `rehired_on` the end is withdrawn, as if it had never been recorded; what it forfeited comes back. With it, unvested money that the plan still holds goes on vesting from that day; an absence of less than a year counts as service. Unvested shares, and money that was forfeited, don’t come back by a rehire.',
  ...writers,
  params: idInPath,
  body: z.strictObject({ rehired_on: isoDate.optional() }),
  example: { rehired_on: '2026-11-02' },
  status: 200,
  response: Plan,
  concurrency: 'if-match',
  audit: 'plan.reinstated',
  problems: [
    'not-found',
    'plan-terminated',
    'plan-not-terminated',
    'plan-exists',
    'forfeitures-exceeded',
    'precondition-failed',
    'precondition-required',
  ],
  uses: [],
});
