import type { z } from 'zod';
import { addDays } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { findGrantedPlan, toVestingInputs } from '#plans/plan.repository.ts';
import { MAX_GRANT_DAYS_AHEAD, refuseTerminated } from '#plans/plan-standing.ts';
import { setPlan } from '#plans/plan-state.repository.ts';
import { later, vestedState } from '#plans/vesting-runs/vested-state.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import type { cancelGrant } from './cancel-grant.routes.ts';
import { findGrant, type GrantRow } from './grant.repository.ts';

/**
 * Cancels what a grant has not vested by the end of a day, from today on: what has vested is the employee's. Until the day has come another one corrects it,
 * and null withdraws it.
 * @throws DomainError `not-found`, `precondition-failed`, `plan-terminated`, `grant-cancelled`, `validation-failed`
 */
export async function cancel(
  tx: SerializableTx,
  { id, grant_id: grantId }: { readonly id: string; readonly grant_id: string },
  expectedVersion: number,
  { cancelled_on: day }: z.output<(typeof cancelGrant)['body']>,
  today: string,
): Promise<GrantRow> {
  const plan = asRead(await findGrantedPlan(tx, id), expectedVersion);
  const inputs = toVestingInputs(plan);
  const { cancelledOn: before } = found(inputs.grants.find((one) => one.id === grantId));
  refuseTerminated(plan, today);
  if (before !== undefined && before <= today)
    throw new DomainError('grant-cancelled', `What it had not vested by ${before} is forfeited.`);
  const cancelledOn = day === null ? undefined : (day ?? today);
  if (cancelledOn !== undefined) refuseDay(cancelledOn, today);
  const grants = inputs.grants.map((one) => (one.id === grantId ? { ...one, cancelledOn } : one));
  const cancelled = { ...inputs, grants };
  await setPlan(tx, id, cancelled, vestedState(cancelled, later(plan.vested_as_of, today)));
  return found(await findGrant(tx, id, grantId));
}

function refuseDay(cancelledOn: string, today: string): void {
  const latest = addDays(today, MAX_GRANT_DAYS_AHEAD);
  if (cancelledOn < today || cancelledOn > latest)
    throw invalidField('/cancelled_on', 'out-of-range', `must be from ${today} to ${latest}`);
}
