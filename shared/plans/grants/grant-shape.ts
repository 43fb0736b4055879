import * as z from 'zod';
import { dateOut, decimalOut, idOut, instantOut } from '#kernel/fields.ts';
import { PlanAccelerations } from '#plans/plan-accelerations.ts';
import { awaitingEvent } from '#plans/plan-shape.ts';
import { AllocationType, VestingSchedule } from '#plans/vesting/vesting-schedule.ts';

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
  released: decimalOut,
  vested_as_of: dateOut,
  version: z.number().int().meta({ description: 'The plan’s: a change of a grant is one of its plan.' }),
  created_at: instantOut,
  created_by: idOut.nullable(),
});
