import { ownPlan } from '#plans/own-plan.ts';
import type { PeriodEnds } from '#plans/vesting-runs/period-vesting.ts';
import { found } from '#platform/db/found.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { findGrantedPlan, toVestingInputs } from './plan.repository.ts';
import { planVesting } from './plan-vesting.ts';
import type { StatedEvent } from './stated-events.ts';

/** A plan as its statement tells of it. */
export interface StatedPlan {
  readonly plan_id: string;
  readonly employee_id: string;
  readonly plan_type: string;
  readonly currency: string;
  readonly vested: PeriodEnds<string> & { readonly unit: string };
  /** The events of its shares, by day. */
  readonly events: readonly StatedEvent[];
}

/**
 * Reads what a statement tells of a plan beside the movements of its money.
 * @throws DomainError `not-found`
 */
export async function readStatedPlan(
  read: TenantRead,
  id: string,
  days: PeriodEnds<string>,
): Promise<StatedPlan> {
  const plan = found(await findGrantedPlan(read, id));
  const [before, after] = [
    await planVesting(read, plan, days.before),
    await planVesting(read, plan, days.after),
  ];
  return {
    plan_id: plan.id,
    employee_id: plan.employee_id,
    plan_type: plan.plan_type,
    currency: plan.currency,
    vested: { unit: after.unit, before: before.vested, after: after.vested },
    // A plan of money has none.
    events:
      plan.grants === null ? [] : (await import('./stated-events.ts')).statedEvents(toVestingInputs(plan)),
  };
}

/**
 * Refuses a plan that the caller may not see.
 * @throws DomainError `not-found`
 */
export async function requireOwnPlan(
  read: TenantRead,
  caller: Parameters<typeof ownPlan>[0],
  id: string,
): Promise<void> {
  ownPlan(caller, await findGrantedPlan(read, id));
}
