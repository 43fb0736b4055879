import * as z from 'zod';
import { id, idInPath, isoDate, positiveQuantity } from '#kernel/fields.ts';
import { ACCELERATION_ORDERS } from '#plans/vesting/grant-changes.ts';
import { route } from '#platform/http/route.ts';
import { Plan } from './plan-shape.ts';

const writers = { tenants: ['SPONSOR'], roles: ['ADMIN', 'OPS'] } as const;

export const acceleratePlan = route({
  operationId: 'acceleratePlan',
  method: 'POST',
  path: '/plans/{id}/accelerate',
  summary: 'Vest ahead of the schedule',
  description:
    'Accelerates either everything (`full`) or a `quantity` of shares, taken from future events in an `order`: of the grant that `grant_id` names, or else over all grants that are granted by then. `date` defaults to today. A full one ends those that are planned for a later day; the plan shows them all, and a planned one can be withdrawn.',
  ...writers,
  params: idInPath,
  body: z
    .strictObject({
      full: z.literal(true, 'must be true').optional(),
      quantity: positiveQuantity.optional(),
      order: z.enum(ACCELERATION_ORDERS).optional(),
      date: isoDate.optional(),
      grant_id: id.optional(),
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
