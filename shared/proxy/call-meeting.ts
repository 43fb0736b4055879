import type * as z from 'zod';
import { daysBetween } from '#kernel/calendar.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { dayAt } from '#platform/db/today.ts';
import { requireDeclaredClass } from '#register/classes/declared-class.ts';
import { insertMeeting, type MeetingRow } from './meeting.repository.ts';
import type { createMeeting } from './meetings.routes.ts';

/** The days between record date and meeting (Delaware General Corporation Law, 213a). */
const FEWEST_DAYS = 10;
const MOST_DAYS = 60;
/** No bylaws have an earlier one. */
const MOST_DAYS_EVER = 366;

/**
 * Calls a meeting of the holders of declared classes. Its record date is over in the issuer's time zone when voting opens, so that the weights of ballots can't change.
 * @throws DomainError `validation-failed`
 */
export async function callMeeting(
  tx: TenantTx,
  meeting: z.output<typeof createMeeting.body>,
): Promise<MeetingRow> {
  const { security_class = DEFAULT_SECURITY_CLASS, security_classes, ...called } = meeting;
  const classes = security_classes ?? [security_class];
  for (const [index, code] of classes.entries())
    await requireDeclaredClass(
      tx,
      code,
      security_classes === undefined ? undefined : `/security_classes/${index}`,
    );
  await requireRecordDate(tx, meeting);
  return insertMeeting(tx, called, classes.toSorted());
}

/** @throws DomainError `validation-failed` */
export async function requireRecordDate(
  tx: TenantTx,
  meeting: Pick<z.output<typeof createMeeting.body>, 'record_date' | 'opens_at' | 'bylaws_differ'>,
): Promise<void> {
  const opens = await dayAt(tx, meeting.opens_at);
  const days = daysBetween(meeting.record_date, opens);
  if (days < 1)
    throw invalidField('/record_date', 'record-date-open', `must be before ${opens}, when voting opens`);
  if (days > MOST_DAYS_EVER)
    throw invalidField(
      '/record_date',
      'too-early',
      `must be at most ${MOST_DAYS_EVER} days before ${opens}, when voting opens`,
    );
  if (!meeting.bylaws_differ && (days < FEWEST_DAYS || days > MOST_DAYS))
    throw invalidField(
      '/record_date',
      'bylaws',
      `must be ${FEWEST_DAYS} to ${MOST_DAYS} days before ${opens}, when voting opens; if the bylaws say otherwise, send bylaws_differ`,
    );
}
