import type { z } from 'zod';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { Acceleration } from '#plans/vesting/grant-changes.ts';
import { later, type PlanGrant, type VestingInputs, vestedState } from '#plans/vesting-runs/vested-state.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import { findGrantedPlan, type GrantedPlan, type ShownPlan, toVestingInputs } from './plan.repository.ts';
import type { acceleratePlan } from './plan-changes.routes.ts';
import { refuseTerminated } from './plan-standing.ts';
import { setPlan } from './plan-state.repository.ts';

/**
 * Vests unvested shares, or all of the employer's money, on a day ahead of the schedule. All is all: what was planned for a later day is over.
 * @throws DomainError `not-found`, `precondition-failed`, `plan-terminated`, and `validation-failed` for more than is unvested
 */
export async function accelerate(
  tx: SerializableTx,
  id: string,
  expectedVersion: number | undefined,
  order: z.output<(typeof acceleratePlan)['body']>,
  today: string,
): Promise<ShownPlan> {
  const plan = asRead(await findGrantedPlan(tx, id), expectedVersion);
  refuseTerminated(plan, today);
  const inputs = toVestingInputs(plan);
  const { quantity, date = today } = order;
  refuseDate(plan, date);
  if (inputs.grants.length === 0) {
    for (const field of ['quantity', 'grant_id'] as const)
      if (order[field] !== undefined)
        throw invalidField(`/${field}`, 'no-grant', 'is only for a plan with a grant');
  }
  const ofDay = { id: uuidV7(), date };
  const accelerated =
    inputs.grants.length === 0
      ? { ...inputs, accelerations: added(inputs.accelerations, { ...ofDay, full: true }) }
      : withGrants(inputs, await accelerateGrants(inputs, { ...order, quantity, date }, ofDay));
  // The state is also computed for the acceleration's own day, so that an acceleration of too many shares is refused
  // even if that day is in the future.
  vestedState(accelerated, later(date, today));
  return setPlan(tx, id, accelerated, vestedState(accelerated, later(plan.vested_as_of, today)));
}

function refuseDate({ enrolled_on, terminated_on }: GrantedPlan, date: string): void {
  if (date < enrolled_on)
    throw invalidField('/date', 'before-enrolment', `must not be before the enrolment on ${enrolled_on}`);
  if (terminated_on !== null && date > terminated_on)
    throw invalidField('/date', 'after-termination', `must not be after the plan ends on ${terminated_on}`);
}

type OfDay = Pick<Acceleration, 'id' | 'date'>;

/** Returns the grants that an order changes, with the part of each. */
async function accelerateGrants(
  inputs: VestingInputs,
  {
    quantity,
    order = 'SOONEST_FIRST',
    grant_id,
    date,
  }: Omit<z.output<(typeof acceleratePlan)['body']>, 'date'> & { readonly date: string },
  ofDay: OfDay,
): Promise<readonly PlanGrant[]> {
  const candidates = grantsOn(inputs.grants, date, grant_id);
  if (quantity === undefined)
    return candidates.map((one) => ({
      ...one,
      accelerations: added(one.accelerations, { ...ofDay, full: true }),
    }));
  const parts =
    candidates.length === 1
      ? [quantity]
      : (await import('#plans/vesting-runs/divide-acceleration.ts')).divideAcceleration(candidates, {
          ...{ date, quantity, order },
        });
  return candidates.flatMap((one, index) => {
    const part = parts[index] ?? '0';
    if (part === '0') return [];
    return { ...one, accelerations: added(one.accelerations, { ...ofDay, quantity: part, order }) };
  });
}

/** Returns the grants that an acceleration of a day is of: the named one, or all that are granted by then and not cancelled. */
function grantsOn(
  grants: readonly PlanGrant[],
  date: string,
  grantId: string | undefined,
): readonly PlanGrant[] {
  const named = grants.filter(({ id }) => grantId === undefined || id === grantId);
  if (named.length === 0) throw invalidField('/grant_id', 'unknown-grant', 'must be a grant of this plan');
  const live = named.filter(({ cancelledOn }) => cancelledOn === undefined || date < cancelledOn);
  if (live.length === 0)
    throw invalidField('/date', 'after-cancellation', 'must be before the grant is cancelled');
  const granted = live.filter(({ grant: { grantDate = '' } }) => grantDate <= date);
  // The engine names the day of a grant that is to come.
  return granted.length === 0 ? live.slice(0, 1) : granted;
}

/** A full acceleration leaves nothing to those that were planned for a later day. */
function added(accelerations: readonly Acceleration[], one: Acceleration): readonly Acceleration[] {
  const kept = 'full' in one ? accelerations.filter((planned) => planned.date <= one.date) : accelerations;
  return [...kept, one];
}

function withGrants(inputs: VestingInputs, changed: readonly PlanGrant[]): VestingInputs {
  const grants = inputs.grants.map((one) => changed.find(({ id }) => id === one.id) ?? one);
  return { ...inputs, grants };
}

/**
 * Withdraws an acceleration whose day has not come, of all grants that it was divided over.
 * @throws DomainError `not-found`, `precondition-failed`, `plan-terminated`, `acceleration-vested`
 */
export async function withdrawAcceleration(
  tx: SerializableTx,
  { id, acceleration }: { readonly id: string; readonly acceleration: string },
  expectedVersion: number,
  today: string,
): Promise<ShownPlan> {
  const plan = asRead(await findGrantedPlan(tx, id), expectedVersion);
  refuseTerminated(plan, today);
  const inputs = toVestingInputs(plan);
  const all = [inputs, ...inputs.grants].flatMap(({ accelerations }) => accelerations);
  const { date } = found(all.find((one) => one.id === acceleration));
  if (date <= today) throw new DomainError('acceleration-vested', `It has vested on ${date}.`);
  const without = <T extends { readonly accelerations: readonly Acceleration[] }>(one: T): T => ({
    ...one,
    accelerations: one.accelerations.filter((planned) => planned.id !== acceleration),
  });
  const left = { ...without(inputs), grants: inputs.grants.map(without) };
  return setPlan(tx, id, left, vestedState(left, later(plan.vested_as_of, today)));
}
