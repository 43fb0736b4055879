import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { isoDate } from '#kernel/fields.ts';
import { eventName } from '#plans/vesting/vesting-schedule.ts';
import { route } from '#platform/http/route.ts';

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
