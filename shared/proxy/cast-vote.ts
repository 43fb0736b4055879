import type * as z from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { refuseUnappliedSplit } from '#register/splits/unapplied-split.ts';
import { readChoices, requireWithin } from './choices.ts';
import { findMeeting, findWeight, freezePositions, stateOf } from './meeting.repository.ts';
import { insertVote, type VoteRow } from './vote.repository.ts';
import type * as routes from './votes.routes.ts';

/** A decimal of Postgres that is greater than zero. */
const POSITIVE = /^[^-]*[1-9]/;

/**
 * Casts the ballot of a holder of record, weighed by the votes of the positions at the record date.
 * @throws DomainError `not-found`, `validation-failed`, `meeting-not-open`, `meeting-closed`, `no-position`, `ballot-exists`
 */
export async function castVote(
  tx: TenantTx,
  ballot: z.output<typeof routes.castVote.body>,
): Promise<VoteRow> {
  const { meeting_id, shareholder_id } = ballot;
  const meeting = found(await findMeeting(tx, meeting_id));
  const state = stateOf(meeting);
  if (state === 'SCHEDULED') throw new DomainError('meeting-not-open', 'Voting has not begun.');
  if (state === 'CANCELLED') throw new DomainError('meeting-closed', 'The meeting was cancelled.');
  if (state === 'CLOSED') throw new DomainError('meeting-closed', 'Voting has ended.');
  if (meeting.positions_known_at === null && meeting.record_date >= (await todayOf(tx)))
    throw new DomainError(
      'meeting-not-open',
      `Voting begins when the record date, ${meeting.record_date}, is over.`,
    );
  if (meeting.positions_known_at === null) {
    await refuseUnappliedSplit(tx, { classes: meeting.security_classes, day: meeting.record_date });
    await freezePositions(tx, meeting_id);
  }
  const weight = found(await findWeight(tx, meeting_id, shareholder_id));
  const choices = readChoices(meeting.items, ballot.choices);
  if (!POSITIVE.test(weight)) {
    throw new DomainError(
      'no-position',
      `The holder had no vote by ${meeting.security_classes.join(', ')} shares at the close of ${meeting.record_date}.`,
    );
  }
  requireWithin(weight, choices);
  return insertVote(tx, { meeting_id, shareholder_id, weight }, choices);
}
