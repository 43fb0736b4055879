import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { dateOut, decimalOut, isoDate } from '#kernel/fields.ts';
import { eventName } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';

export const VestingEvent = z.object({
  event: z.string(),
  occurred_on: dateOut.nullable(),
  plans: z.number().int(),
  awaiting_event: decimalOut,
});

export const listVestingEvents = route({
  operationId: 'listVestingEvents',
  method: 'GET',
  path: '/vesting/events',
  summary: 'List the events that schedules of grants name, by name',
  description:
    'Each with the day that is on record, if it has happened, the plans with grants that name it, and the shares that time had vested and that wait for it, as of the day by which each plan was last computed.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(VestingEvent),
  problems: [],
  uses: [],
});

export const recordVestingEvent = route({
  operationId: 'recordVestingEvent',
  method: 'POST',
  path: '/vesting/events',
  summary: 'Record an event that grants wait for, or correct its day',
  description:
    'A grant whose schedule has a `condition` vests nothing before its event is on record. An event is recorded once for all of the sponsor’s grants, those that are made later too, with the day on which it happened: today or earlier. From that day on, what time has vested is vested. A day that is wrong is corrected by naming it in `replaces`; with `occurred_on` null the event has not happened after all. It vests shares, so a second person has to approve it: the answer is a change request. `/plans/{id}/vesting` shows it at once, and the balances of plans by the next morning.',
  tenants: ['SPONSOR'],
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({ event: eventName, occurred_on: isoDate.nullable(), replaces: isoDate.optional() }),
  example: { event: 'IPO', occurred_on: '2026-06-30' },
  status: 202,
  location: '/approvals/{id}',
  response: ChangeRequest,
  concurrency: 'etag',
  idempotency: 'required',
  audit: 'change.requested',
  problems: ['vesting-event-recorded', 'change-pending'],
  uses: ['eventBus:put'],
});
