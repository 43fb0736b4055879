import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { findGrantedPlan, type ShownPlan, toVestingInputs } from '#plans/plan.repository.ts';
import { refuseTerminated } from '#plans/plan-standing.ts';
import { asRead } from '#platform/db/found.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import type { grantShares } from './first-grant.routes.ts';
import { makeGrant } from './make-grant.ts';

/**
 * Gives a plan that was opened without a grant its first one, by its own schedule unless the order has one.
 * @throws DomainError `not-found`, `precondition-failed`, `plan-terminated`, `validation-failed`, `grant-exists`
 */
export async function grantFirst(
  tx: SerializableTx,
  id: string,
  expectedVersion: number | undefined,
  order: z.output<(typeof grantShares)['body']>,
  today: string,
): Promise<ShownPlan> {
  const plan = asRead(await findGrantedPlan(tx, id), expectedVersion);
  refuseTerminated(plan, today);
  const { grants, schedule } = toVestingInputs(plan);
  if (grants.length > 0)
    throw new DomainError(
      'grant-exists',
      'This is for the first grant of a plan. Add another one with POST /plans/{id}/grants.',
    );
  return (await makeGrant(tx, plan, { vesting_schedule: schedule, ...order }, { today })).shown;
}
