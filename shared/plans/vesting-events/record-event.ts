import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, proposeControlled, stillThere } from '#approvals/propose-change.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type EventRecord, findEvent, setEvent } from './vesting-event.repository.ts';
import type { recordVestingEvent } from './vesting-events.routes.ts';

/**
 * Proposes to put an event on record, which vests every grant that waits for it, or to correct its day; a second person approves it.
 * @throws DomainError `validation-failed`, `vesting-event-recorded`, `change-pending`
 */
export async function proposeEvent(
  tx: TenantTx,
  { event, occurred_on, replaces: seen }: z.output<(typeof recordVestingEvent)['body']>,
  today: string,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  const replaces = seen ?? null;
  if (occurred_on !== null && occurred_on > today)
    throw invalidField('/occurred_on', 'in-future', 'must not be in the future');
  const awaited = await findEvent(tx, event);
  if (awaited === undefined)
    throw invalidField('/event', 'not-awaited', 'must be an event that the schedule of a grant names');
  if (replaces === null && awaited.occurred_on !== null)
    throw new DomainError(
      'vesting-event-recorded',
      `It happened on ${awaited.occurred_on}. To correct that, say in replaces that this is the day on record.`,
    );
  if (replaces !== awaited.occurred_on)
    throw invalidField('/replaces', 'not-recorded', 'must be the day that is on record, if one is');
  if (occurred_on === replaces)
    throw invalidField('/occurred_on', 'unchanged', 'must be another day than the one on record');
  const { plans, shares } = awaited;
  const { request } = await proposeControlled(
    tx,
    {
      kind: 'vesting-event',
      subject: { type: 'vesting-events', id: event },
      before: { event, occurred_on: replaces, plans, awaiting_event: shares },
      after: { event, occurred_on },
      proposal: { event, occurred_on, replaces } satisfies EventRecord,
    },
    proposer,
  );
  return request;
}

export const vestingEventEffects: ChangeEffects = {
  approved: async (tx, { proposal }) => {
    stillThere((await setEvent(tx, proposal as EventRecord)) || undefined);
    return undefined;
  },
};
