import * as z from 'zod';
import { id, isoDate } from '#kernel/fields.ts';
import { currency } from '#kernel/money.ts';
import { employeeId } from '#plans/participants/employee-id.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';
import { newGrant, Plan } from './plan-shape.ts';
import { GRANT_TYPES, PLAN_TYPES } from './plan-types.ts';

const NewGrant = z.strictObject(newGrant);

const Enrolment = z
  .strictObject({
    employee_id: employeeId,
    plan_document_id: id.optional(),
    plan_type: z.enum(PLAN_TYPES, `must be one of ${PLAN_TYPES.join(', ')}`).optional(),
    shareholder_id: id.optional(),
    currency: currency.optional(),
    enrolled_on: isoDate.optional(),
    vesting_schedule: VestingSchedule.optional(),
    allocation_type: AllocationType.optional(),
    grant: NewGrant.optional(),
    date_of_birth: isoDate.optional(),
  })
  .superRefine((body, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (body.plan_type === undefined && body.plan_document_id === undefined)
      refuse('plan_type', 'is required, or a plan_document_id');
    if (body.grant !== undefined && body.plan_type !== undefined && !GRANT_TYPES.includes(body.plan_type))
      refuse('grant', `is only for ${GRANT_TYPES.join(' and ')}`);
    if (body.allocation_type !== undefined && body.grant === undefined)
      refuse('allocation_type', 'is only for a plan with a grant');
    if (body.vesting_schedule?.condition !== undefined && body.grant === undefined)
      refuse('vesting_schedule', 'may have a condition only for a grant');
  });
export type Enrolment = z.output<typeof Enrolment>;

export const enrollPlan = route({
  operationId: 'enrollPlan',
  method: 'POST',
  path: '/plans/enroll',
  summary: 'Enrol an employee in a plan',
  description:
    'An employee can have one active plan of each type. With a `plan_document_id` the plan has the type, the currency and, unless it is given, the vesting schedule of that plan document, as it is in force on `enrolled_on`; nobody enters before its conditions are met. Without one the currency is USD unless given. `enrolled_on` defaults to today, in the tenant’s time zone and may not be in the future. A grant vests by the schedule from its `vesting_start` (default `grant_date`); the employer’s money in other plans vests from the hire date that the census has of the employee, and else from `enrolled_on`. Without a schedule everything vests at once. A `shareholder_id` must be on the register of an issuer that has linked this sponsor.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS'],
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
