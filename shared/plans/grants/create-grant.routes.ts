import * as z from 'zod';
import { idInPath } from '#kernel/fields.ts';
import { newGrant } from '#plans/plan-shape.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';
import { Grant } from './grant-shape.ts';

export const createGrant = route({
  operationId: 'createGrant',
  method: 'POST',
  path: '/plans/{id}/grants',
  summary: 'Grant shares to a plan, beside the grants that it has',
  description:
    'An RSU or ESOP plan holds up to 100 grants, each with its own schedule; the plan’s answers are their sums. `grant_date` may be older than the enrolment, but not than the employment, and lies at most a year ahead. `vesting_start` defaults to it, and `vesting_schedule` to that of the plan document by which the plan was enrolled, in the version in force on `grant_date`; a plan without one needs it. `If-Match` names the version of the plan.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS'],
  params: idInPath,
  body: z.strictObject({
    ...newGrant,
    vesting_schedule: VestingSchedule.optional(),
    allocation_type: AllocationType.optional(),
  }),
  example: {
    quantity: '500',
    grant_date: '2026-01-15',
    vesting_schedule: { type: 'graded', total_months: 48, every_months: 3 },
  },
  status: 201,
  response: Grant,
  concurrency: 'if-match-honoured',
  idempotency: 'required',
  audit: 'plan.granted',
  problems: ['not-found', 'plan-terminated', 'too-many-grants', 'grant-key-used'],
  uses: [],
});
