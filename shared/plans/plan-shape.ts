import * as z from 'zod';
import { dateOut, decimalOut, idOut, instantOut, isoDate, positiveQuantity } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import { PlanAccelerations } from './plan-accelerations.ts';
import { PLAN_STATUSES, PLAN_TYPES } from './plan-types.ts';

/** A part of its own, beside what is vested, unvested and forfeited. */
export const awaitingEvent = decimalOut.meta({
  description: 'Vested by time, and not vested: it waits for the event of the schedule’s `condition`.',
});

const Grant = z.object({ quantity: decimalOut, grant_date: dateOut, vesting_start: dateOut });

export const Plan = z.object({
  id: idOut,
  tenant_id: idOut,
  employee_id: z.string(),
  participant_name: z.string().optional().meta({
    description: 'The name of the participant, in the list of a sponsor’s plans, unless it was erased.',
  }),
  plan_type: z.enum(PLAN_TYPES),
  plan_document_id: idOut.nullable(),
  plan_document_version: z.number().int().nullable(),
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
  awaiting_event: awaitingEvent,
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
  grant: Grant.nullable().meta({
    description:
      'The first grant; schedule, allocation and event are those of it too. `/plans/{id}/grants` has them all, and the plan’s shares are their sums.',
  }),
  granted: decimalOut
    .nullable()
    .meta({ description: 'The shares of all grants: vested, awaiting their event, unvested and forfeited.' }),
  event_on: dateOut
    .nullable()
    .meta({ description: 'The day of the event of the schedule’s `condition`, once it is on record.' }),
  accelerations: PlanAccelerations,
  enrolled_on: dateOut,
  terminated_on: dateOut.nullable().meta({ description: 'The last day of the plan, which may lie ahead.' }),
  rehired_on: dateOut.nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
});

/** The fields of a grant that is asked for. */
export const newGrant = {
  quantity: positiveQuantity,
  grant_date: isoDate,
  vesting_start: isoDate.optional(),
};
