import * as z from 'zod';
import {
  dateOut,
  decimalOut,
  id,
  idInPath,
  idOut,
  instantOut,
  isoDate,
  listOf,
  page,
  positiveQuantity,
} from '#kernel/fields.ts';
import { amountOut, currency } from '#kernel/money.ts';
import { employeeId } from '#plans/participants/employee-id.ts';
import { ACCELERATION_ORDERS, INSTALLMENT_KINDS } from '#plans/vesting/grant-changes.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';
import { GRANT_TYPES, PLAN_STATUSES, PLAN_TYPES } from './plan-types.ts';

const Grant = z.object({ quantity: decimalOut, grant_date: dateOut, vesting_start: dateOut });

export const Plan = z.object({
  id: idOut,
  tenant_id: idOut,
  employee_id: z.string(),
  plan_type: z.enum(PLAN_TYPES),
  shareholder_id: idOut.nullable(),
  status: z.enum(PLAN_STATUSES),
  currency: z.string(),
  balance: amountOut.meta({ description: 'The money that is there today, in the sponsor’s time zone.' }),
  pending: amountOut.meta({
    description:
      'Money that was entered with an effective date that has not come: not part of the balance, and not to be paid out.',
  }),
  vested_balance: decimalOut.meta({
    description:
      'For a plan with a grant, shares. For any other plan, money: the employee’s own contributions and the vested part of the employer’s.',
  }),
  available: amountOut.meta({ description: 'The vested money that can be paid out today.' }),
  forfeitable: amountOut.meta({
    description:
      'Unvested money that an ended plan holds, part of the balance, until it is forfeited or restored.',
  }),
  vested_as_of: dateOut,
  forfeited: decimalOut.meta({
    description:
      'Shares that were unvested at termination; or unvested money that has gone to the forfeiture account.',
  }),
  vesting_schedule: VestingSchedule.nullable(),
  allocation_type: AllocationType.nullable(),
  grant: Grant.nullable(),
  enrolled_on: dateOut,
  terminated_on: dateOut.nullable().meta({ description: 'The last day of the plan, which may lie ahead.' }),
  rehired_on: dateOut.nullable(),
  version: z.number().int(),
  created_at: instantOut,
});

const newGrant = { quantity: positiveQuantity, grant_date: isoDate, vesting_start: isoDate.optional() };
const NewGrant = z.strictObject(newGrant);

const Enrolment = z
  .strictObject({
    employee_id: employeeId,
    plan_type: z.enum(PLAN_TYPES, `must be one of ${PLAN_TYPES.join(', ')}`),
    shareholder_id: id.optional(),
    currency: currency.default('USD'),
    enrolled_on: isoDate.optional(),
    vesting_schedule: VestingSchedule.optional(),
    allocation_type: AllocationType.optional(),
    grant: NewGrant.optional(),
    date_of_birth: isoDate.optional(),
  })
  .superRefine((body, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (body.grant !== undefined && !GRANT_TYPES.includes(body.plan_type))
      refuse('grant', `is only for ${GRANT_TYPES.join(' and ')}`);
    if (body.allocation_type !== undefined && body.grant === undefined)
      refuse('allocation_type', 'is only for a plan with a grant');
  });
export type Enrolment = z.output<typeof Enrolment>;

const sponsor = { tenants: ['SPONSOR'] } as const;
const writers = { ...sponsor, roles: ['ADMIN', 'OPS'] } as const;
const readers = { ...sponsor, roles: ['ADMIN', 'OPS', 'COMPLIANCE'] } as const;
/** Employees see only their own; anything else looks to them as if it did not exist. */
const readersAndOwner = { ...sponsor, roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'EMPLOYEE'] } as const;

export const enrollPlan = route({
  operationId: 'enrollPlan',
  method: 'POST',
  path: '/plans/enroll',
  summary: 'Enrol an employee in a plan',
  description:
    'An employee can have one active plan of each type. `enrolled_on` defaults to today, in the tenant’s time zone and may not be in the future. A grant vests by the schedule from its `vesting_start` (default `grant_date`); the employer’s money in other plans vests from `enrolled_on`. Without a schedule everything vests at once. A `shareholder_id` must be on the register of an issuer that has linked this sponsor.',
  ...writers,
  body: Enrolment,
  example: {
    employee_id: 'emp-456',
    plan_type: '401K',
    vesting_schedule: { type: 'graded', cliff_months: 6, total_months: 30 },
  },
  status: 201,
  location: '/plans/{id}',
  response: Plan,
  concurrency: 'etag',
  audit: 'plan.enrolled',
  problems: ['plan-exists', 'shareholder-not-linked'],
  uses: [],
});

export const listPlans = route({
  operationId: 'listPlans',
  method: 'GET',
  path: '/plans',
  summary: 'List plans',
  ...readers,
  query: z.strictObject({
    ...page,
    employee_id: employeeId.optional(),
    plan_type: z.enum(PLAN_TYPES).optional(),
    status: z.enum(PLAN_STATUSES).optional(),
  }),
  status: 200,
  response: listOf(Plan),
  discloses: true,
  problems: [],
  uses: [],
});

export const getPlan = route({
  operationId: 'getPlan',
  method: 'GET',
  path: '/plans/{id}',
  summary: 'Get a plan',
  ...readersAndOwner,
  params: idInPath,
  status: 200,
  response: Plan,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

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
    'Accelerates either everything (`full`) or a `quantity` of the grant’s shares, taken from future events in an `order`. `date` defaults to today.',
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

export const getPlanVesting = route({
  operationId: 'getPlanVesting',
  method: 'GET',
  path: '/plans/{id}/vesting',
  summary: 'Report what vests when, and why',
  description:
    'The answer is as of the end of a day, by default today. For a plan with a grant it is in shares. For any other plan it is in money: the events are those of the employer’s contributions up to then, and the employee’s own contributions vest at once.',
  ...readersAndOwner,
  params: idInPath,
  query: z.strictObject({ as_of: isoDate.optional() }),
  status: 200,
  response: z.object({
    plan_id: idOut,
    as_of: dateOut,
    unit: z.string().meta({ description: '`shares`, or the currency.' }),
    vested: decimalOut,
    unvested: decimalOut,
    forfeited: decimalOut,
    events: z.array(
      z.object({
        date: dateOut,
        kind: z.enum([...INSTALLMENT_KINDS, 'RESTORED']),
        quantity: decimalOut,
        cumulative: decimalOut,
        why: z.string(),
      }),
    ),
  }),
  problems: ['not-found'],
  uses: [],
});
