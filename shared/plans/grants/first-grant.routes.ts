import * as z from 'zod';
import { idInPath } from '#kernel/fields.ts';
import { newGrant, Plan } from '#plans/plan-shape.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';

const writers = { tenants: ['SPONSOR'], roles: ['ADMIN', 'OPS'] } as const;

export const grantShares = route({
  operationId: 'grantShares',
  method: 'POST',
  path: '/plans/{id}/grant',
  summary: 'Grant shares to a plan that has no grant',
  description:
    'Works like a grant at enrolment, and only before the employer has paid money into the plan. A `vesting_schedule` replaces the plan’s own. Further grants are added by `POST /plans/{id}/grants`.',
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
