import type * as z from 'zod';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { asRead, found } from '#platform/db/found.ts';
import { PRESENT_INSTANT } from '#platform/db/present-instant.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { requireRecordDate } from './call-meeting.ts';
import { lockMeeting, type MeetingRow, stateOf, updateMeeting } from './meeting.repository.ts';
import type { amendMeeting } from './meetings.routes.ts';

/**
 * Amends a meeting before it opens. An agenda is replaced as a whole; the days are held to the rules of a call once one of them changes.
 * @throws DomainError `not-found`, `precondition-failed`, `meeting-not-changeable`, `validation-failed`
 */
export async function amend(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
  { items, bylaws_differ, ...change }: z.output<typeof amendMeeting.body>,
): Promise<MeetingRow> {
  const meeting = changeable(asRead(await lockMeeting(tx, id), expectedVersion));
  const { record_date, opens_at, closes_at } = change;
  const opens = opens_at ?? meeting.opens_at.toISOString();
  if (Date.parse(opens) >= (closes_at === undefined ? meeting.closes_at.getTime() : Date.parse(closes_at)))
    throw invalidField(
      closes_at === undefined ? '/opens_at' : '/closes_at',
      'order',
      'opens_at must be before closes_at',
    );
  if (record_date !== undefined || opens_at !== undefined)
    await requireRecordDate(tx, {
      record_date: record_date ?? meeting.record_date,
      opens_at: opens,
      bylaws_differ,
    });
  return found(await updateMeeting(tx, id, change, items));
}

/**
 * Cancels a meeting before it opens, for ever.
 * @throws DomainError `not-found`, `precondition-failed`, `meeting-not-changeable`
 */
export async function cancel(
  tx: TenantTx,
  id: string,
  expectedVersion: number | undefined,
): Promise<MeetingRow> {
  changeable(asRead(await lockMeeting(tx, id), expectedVersion));
  return found(await updateMeeting(tx, id, { cancelled_at: PRESENT_INSTANT }));
}

function changeable(meeting: MeetingRow): MeetingRow {
  const state = stateOf(meeting);
  if (state === 'SCHEDULED') return meeting;
  throw new DomainError(
    'meeting-not-changeable',
    state === 'CANCELLED' ? 'The meeting was cancelled.' : 'Voting has begun.',
  );
}
