import * as z from 'zod';
import { dateOut, decimalOut, isoDate, positiveQuantity } from '#kernel/fields.ts';
import { awaitingEvent } from '#plans/plan-shape.ts';
import { route } from '#platform/http/route.ts';
import { INSTALLMENT_KINDS } from './grant-changes.ts';
import { AllocationType, VestingSchedule } from './vesting-schedule.ts';

const Event = z.object({
  date: dateOut,
  kind: z.enum(INSTALLMENT_KINDS),
  quantity: decimalOut,
  cumulative: decimalOut,
  why: z.string(),
});

export const calculateVesting = route({
  operationId: 'calculateVesting',
  method: 'POST',
  path: '/vesting/calculate',
  summary: 'Calculate vesting without a plan',
  description: 'Nothing is stored. `as_of` defaults to today, in the tenant’s time zone.',
  tenants: ['SPONSOR', 'ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'],
  body: z.strictObject({
    quantity: positiveQuantity,
    vesting_start: isoDate,
    grant_date: isoDate.optional(),
    schedule: VestingSchedule,
    allocation_type: AllocationType.optional(),
    as_of: isoDate.optional(),
  }),
  example: {
    quantity: '1000',
    vesting_start: '2025-01-15',
    schedule: { type: 'graded', cliff_months: 6, total_months: 30 },
  },
  status: 200,
  response: z.object({
    as_of: dateOut,
    vested: decimalOut,
    awaiting_event: awaitingEvent,
    unvested: decimalOut,
    events: z.array(Event),
  }),
  idempotency: 'none',
  problems: [],
  uses: [],
});
