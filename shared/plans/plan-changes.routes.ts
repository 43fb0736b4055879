import * as z from 'zod';
import { idInPath, isoDate, positiveQuantity } from '#kernel/fields.ts';
import { ACCELERATION_ORDERS } from '#plans/vesting/grant-changes.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';
import { newGrant, Plan } from './plan-shape.ts';

const writers = { tenants: ['SPONSOR'], roles: ['ADMIN', 'OPS'] } as const;

export const grantShares = route({
  operationId: 'grantShares',
  method: 'POST',
  path: '/plans/{id}/grant',
  summary: 'Grant shares to a plan that has no grant',
  description:
    'Works like a grant at enrolment. A plan can get one grant, and only before the employer has paid money into it. A `vesting_schedule` replaces the plan’s own.',
  ...writers,
  params: idInPath,
  body: z.strictObject({
    ...newGrant,
    vesting_schedule: VestingSchedule.optional(),
    allocation_type: AllocationType.optional(),
  }),
  example: {
    quantity: '1000',
    grant_date: '2025-01-15',
    vesting_schedule: { type: 'graded', cliff_months: 6, total_months: 30 },
  },
  status: 200,
  response: Plan,
  concurrency: 'if-match-honoured',
  audit: 'plan.granted',
  problems: ['not-found', 'plan-terminated', 'grant-exists'],
  uses: [],
});

export const terminatePlan = route({
  operationId: 'terminatePlan',
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

export const acceleratePlan = route({
  operationId: 'acceleratePlan',
  method: 'POST',
  path: '/plans/{id}/accelerate',
  summary: 'Vest ahead of the schedule',
  description:
    'Accelerates either everything (`full`) or a `quantity` of the grant’s shares, taken from future events in an `order`. `date` defaults to today. A full one ends those that are planned for a later day; the plan shows them all, and a planned one can be withdrawn.',
  ...writers,
  params: idInPath,
  body: z
    .strictObject({
      full: z.literal(true, 'must be true').optional(),
      quantity: positiveQuantity.optional(),
      order: z.enum(ACCELERATION_ORDERS).optional(),
      date: isoDate.optional(),
    })
    .refine(
      (body) => (body.full === undefined) !== (body.quantity === undefined),
      'must have either full or a quantity',
    )
    .refine((body) => body.quantity !== undefined || body.order === undefined, {
      path: ['order'],
      message: 'is only for a quantity',
    }),
  example: { quantity: '100', order: 'SOONEST_FIRST' },
  status: 200,
  response: Plan,
  concurrency: 'if-match-honoured',
  audit: 'plan.accelerated',
  problems: ['not-found', 'plan-terminated'],
  uses: [],
});

export const withdrawAcceleration = route({
  operationId: 'withdrawAcceleration',
  method: 'POST',
  path: '/plans/{id}/accelerations/{acceleration}/withdraw',
  summary: 'Withdraw an acceleration whose day has not come',
  ...writers,
  params: idInPath.extend({ acceleration: z.string().max(36) }),
  status: 200,
  response: Plan,
  concurrency: 'if-match',
  audit: 'plan.acceleration-withdrawn',
  problems: [
    'not-found',
    'plan-terminated',
    'acceleration-vested',
    'precondition-failed',
    'precondition-required',
  ],
  uses: [],
});
