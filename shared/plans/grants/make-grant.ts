import type { z } from 'zod';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import type { createGrant } from '#plans/grants/create-grant.routes.ts';
import type { grantShares } from '#plans/grants/first-grant.routes.ts';
import { type GrantedPlan, type ShownPlan, toVestingInputs } from '#plans/plan.repository.ts';
import { setPlan } from '#plans/plan-state.repository.ts';
import { GRANT_TYPES } from '#plans/plan-types.ts';
import { later, vestedState } from '#plans/vesting-runs/vested-state.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';

/** The answer about a plan has all that its grants vest, and when. */
const MAX_GRANTS = 100;

type Order = z.output<(typeof grantShares)['body']> | z.output<(typeof createGrant)['body']>;

/**
 * Adds a grant, by `vestedState` of all of them. Of a plan with grants the employer's money is the employee's, so one that holds such money can't get its
 * first; an acceleration before the first had nothing to vest and is over.
 */
export async function makeGrant(
  tx: SerializableTx,
  plan: GrantedPlan,
  order: Order,
  { today, idempotencyKey }: { readonly today: string; readonly idempotencyKey?: string },
): Promise<{ shown: ShownPlan; grantId: string }> {
  const inputs = toVestingInputs(plan);
  if (!GRANT_TYPES.includes(plan.plan_type))
    throw invalidField('/quantity', 'no-grants', `is only for ${GRANT_TYPES.join(' and ')}`);
  if (inputs.grants.length === 0 && plan.employer_contributed > 0n)
    throw invalidField('/quantity', 'plan-funded', 'is only for a plan without money of the employer');
  if (inputs.grants.length >= MAX_GRANTS)
    throw new DomainError('too-many-grants', `A plan has at most ${MAX_GRANTS} grants.`);
  if (plan.terminated_on !== null && order.grant_date > plan.terminated_on)
    throw invalidField(
      '/grant_date',
      'after-termination',
      `must not be after the plan ends on ${plan.terminated_on}`,
    );
  const { newGrant } = await import('./new-grant.ts');
  const made = await newGrant(tx, plan.employee_id, order, { today, pointer: '/grant_date' });
  const granted = { ...inputs, accelerations: [], grants: [...inputs.grants, made] };
  const vested = vestedState(granted, later(plan.vested_as_of, today));
  const { insertGrant } = await import('./grant-state.repository.ts');
  await insertGrant(tx, plan.id, made, undefined, idempotencyKey);
  return { shown: await setPlan(tx, plan.id, granted, vested), grantId: made.id };
}
