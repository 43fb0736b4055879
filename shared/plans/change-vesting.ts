import type { z } from 'zod';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import type { Acceleration } from '#plans/vesting/grant-changes.ts';
import { later, type VestingInputs, vestedState } from '#plans/vesting-runs/vested-state.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import { findPlan, type ShownPlan, setPlan, toVestingInputs } from './plan.repository.ts';
import type { acceleratePlan, grantShares } from './plan-changes.routes.ts';
import { refuseGrantAhead, refuseTerminated } from './plan-standing.ts';
import { GRANT_TYPES } from './plan-types.ts';

/**
 * Gives a plan that was opened without a grant its one. Of a plan with a grant the employer's money is the employee's, so one
 * that holds such money can't be given any; an acceleration before the grant had nothing to vest and is over.
 * @throws DomainError `not-found`, `precondition-failed`, `plan-terminated`, `grant-exists`, `validation-failed`
 */
export async function grant(
  tx: SerializableTx,
  id: string,
  expectedVersion: number | undefined,
  order: z.output<(typeof grantShares)['body']>,
  today: string,
): Promise<ShownPlan> {
  const plan = asRead(await findPlan(tx, id), expectedVersion);
  refuseTerminated(plan, today);
  const before = toVestingInputs(plan);
  if (before.grant !== undefined)
    throw new DomainError('grant-exists', 'A plan has one grant, which cannot be replaced.');
  if (!GRANT_TYPES.includes(plan.plan_type))
    throw invalidField('/quantity', 'no-grants', `is only for ${GRANT_TYPES.join(' and ')}`);
  if (plan.employer_contributed > 0n)
    throw invalidField('/quantity', 'plan-funded', 'is only for a plan without money of the employer');
  const { quantity, grant_date: grantDate, vesting_start: vestingStart = grantDate } = order;
  refuseGrantAhead(grantDate, today, '/grant_date');
  const { vesting_schedule: schedule = before.schedule } = order;
  const condition = schedule?.condition;
  const eventOn =
    condition &&
    (await (await import('./vesting-events/event-day.repository.ts')).eventDay(tx, condition.event));
  const granted: VestingInputs = {
    grant: { quantity, grantDate, vestingStart, allocationType: order.allocation_type },
    vestingStart,
    schedule,
    accelerations: [],
    terminatedOn: undefined,
    breaks: [],
    eventOn,
  };
  const vested = vestedState(granted, later(plan.vested_as_of, today));
  return setPlan(tx, id, { granted, accelerations: [] }, vested);
}

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
  const plan = asRead(await findPlan(tx, id), expectedVersion);
  refuseTerminated(plan, today);
  const inputs = toVestingInputs(plan);
  const { quantity, date = today } = order;
  if (date < plan.enrolled_on)
    throw invalidField(
      '/date',
      'before-enrolment',
      `must not be before the enrolment on ${plan.enrolled_on}`,
    );
  if (plan.terminated_on !== null && date > plan.terminated_on)
    throw invalidField(
      '/date',
      'after-termination',
      `must not be after the plan ends on ${plan.terminated_on}`,
    );
  if (quantity !== undefined && inputs.grant === undefined)
    throw invalidField('/quantity', 'no-grant', 'is only for a plan with a grant');
  const ofDay = { id: uuidV7(), date };
  const acceleration: Acceleration =
    quantity === undefined
      ? { ...ofDay, full: true }
      : { ...ofDay, quantity, order: order.order ?? 'SOONEST_FIRST' };
  // A full one leaves nothing to those that were planned for a later day.
  const kept =
    quantity === undefined
      ? inputs.accelerations.filter((planned) => planned.date <= date)
      : inputs.accelerations;
  const accelerations = [...kept, acceleration];
  // The state is also computed for the acceleration's own day, so that an acceleration of too many shares is refused
  // even if that day is in the future.
  vestedState({ ...inputs, accelerations }, later(date, today));
  const vested = vestedState({ ...inputs, accelerations }, later(plan.vested_as_of, today));
  return setPlan(tx, id, { accelerations }, vested);
}

/**
 * Withdraws an acceleration whose day has not come.
 * @throws DomainError `not-found`, `precondition-failed`, `plan-terminated`, `acceleration-vested`
 */
export async function withdrawAcceleration(
  tx: SerializableTx,
  { id, acceleration }: { readonly id: string; readonly acceleration: string },
  expectedVersion: number,
  today: string,
): Promise<ShownPlan> {
  const plan = asRead(await findPlan(tx, id), expectedVersion);
  refuseTerminated(plan, today);
  const inputs = toVestingInputs(plan);
  const { date } = found(inputs.accelerations.find((one) => one.id === acceleration));
  if (date <= today) throw new DomainError('acceleration-vested', `It has vested on ${date}.`);
  const accelerations = inputs.accelerations.filter((one) => one.id !== acceleration);
  const vested = vestedState({ ...inputs, accelerations }, later(plan.vested_as_of, today));
  return setPlan(tx, id, { accelerations }, vested);
}
