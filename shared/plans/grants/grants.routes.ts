import * as z from 'zod';
import { dateOut, decimalOut, idInPath, idOut, instantOut, listOf, page } from '#kernel/fields.ts';
import { awaitingEvent, newGrant, PlanAccelerations } from '#plans/plan-shape.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';

export const Grant = z.object({
  id: idOut,
  plan_id: idOut,
  quantity: decimalOut,
  grant_date: dateOut,
  vesting_start: dateOut,
  vesting_schedule: VestingSchedule.nullable(),
  allocation_type: AllocationType.nullable(),
  event_on: dateOut.nullable(),
  accelerations: PlanAccelerations,
  cancelled_on: dateOut
    .nullable()
    .meta({ description: 'What is unvested after this day, which may lie ahead, is forfeited.' }),
  vested: decimalOut,
  awaiting_event: awaitingEvent,
  unvested: decimalOut,
  forfeited: decimalOut,
  vested_as_of: dateOut,
  version: z.number().int().meta({ description: 'The plan’s: a change of a grant is one of its plan.' }),
  created_at: instantOut,
});

const sponsor = { tenants: ['SPONSOR'] } as const;
const writers = { ...sponsor, roles: ['ADMIN', 'OPS'] } as const;
export const createGrant = route({
  operationId: 'createGrant',
  method: 'POST',
  path: '/plans/{id}/grants',
  summary: 'Grant shares to a plan, beside the grants that it has',
  description:
    'A plan, RSU or ESOP, holds any number of grants (at most 100), each with a schedule of its own; the plan’s answers are their sums. `grant_date` may be older than the enrolment; it is neither before the day on which the employee was hired, if that is on record, nor more than a year ahead. `vesting_start` defaults to it. `If-Match` names the version of the plan.',
  ...writers,
  params: idInPath,
  body: z.strictObject({
    ...newGrant,
    vesting_schedule: VestingSchedule,
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

export const listGrants = route({
  operationId: 'listGrants',
  method: 'GET',
  path: '/plans/{id}/grants',
  summary: 'List the grants of a plan, oldest first, with what has vested of each',
  ...sponsor,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'],
  params: idInPath,
  query: z.strictObject({ ...page }),
  status: 200,
  response: listOf(Grant),
  problems: ['not-found'],
  uses: [],
});
