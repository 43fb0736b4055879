import type { z } from 'zod';
import { addDays } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import type { reinstatePlan, terminatePlan } from '#plans/plan-end.routes.ts';
import { later, vestedState } from '#plans/vesting-runs/vested-state.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { SerializableTx } from '#platform/db/tenant-tx.ts';
import { settleForfeiture } from './forfeitures/settlement.repository.ts';
import {
  findGrantedPlan,
  findShownPlan,
  type GrantedPlan,
  type ShownPlan,
  toVestingInputs,
} from './plan.repository.ts';
import { setPlan } from './plan-state.repository.ts';

/** Notice is given at most a year ahead; further ahead, a year was mistyped. */
const MAX_NOTICE_DAYS = 366;

/**
 * Ends a plan on a day, past or ahead, or moves its end to another one. What has vested by then stays. Shares that have not are forfeited when the day has
 * come; unvested money is held until `settleForfeiture` finds it due.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed`, `plan-terminated` for an end that is on record and isn’t corrected,
 *   `vested-balance-exceeded` when more has been paid out than had vested on that day, `forfeitures-exceeded` when what an earlier end forfeited has been used
 */
export async function terminate(
  tx: SerializableTx,
  id: string,
  expectedVersion: number | undefined,
  { terminated_on: terminatedOn }: z.output<(typeof terminatePlan)['body']>,
  today: string,
): Promise<ShownPlan> {
  const plan = asRead(await findGrantedPlan(tx, id), expectedVersion);
  const isCorrection = expectedVersion !== undefined && terminatedOn !== undefined;
  if (plan.terminated_on !== null && !(isCorrection && terminatedOn !== plan.terminated_on))
    throw new DomainError(
      'plan-terminated',
      `The plan ends on ${plan.terminated_on}. Give another terminated_on with If-Match to correct it, or reinstate the plan.`,
    );
  return endOn(tx, plan, terminatedOn ?? today, today);
}

async function endOn(
  tx: SerializableTx,
  plan: GrantedPlan,
  terminatedOn: string,
  today: string,
): Promise<ShownPlan> {
  const inputs = { ...toVestingInputs(plan), terminatedOn };
  // Absences that were over at the enrolment are among the breaks too.
  const earliest = later(plan.enrolled_on, inputs.breaks.at(-1)?.rehired_on ?? plan.enrolled_on);
  const latest = addDays(today, MAX_NOTICE_DAYS);
  if (terminatedOn < earliest || terminatedOn > latest)
    throw invalidField('/terminated_on', 'out-of-range', `must be from ${earliest} to ${latest}`);
  const hasCome = terminatedOn <= today;
  const vested = vestedState(inputs, later(plan.vested_as_of, hasCome ? terminatedOn : today));
  return settled(tx, await setPlan(tx, plan.id, inputs, vested, hasCome ? 'TERMINATED' : 'ACTIVE'), today);
}

/** Settles the end of a plan under notice whose day is over, so that another plan of the type can be opened. */
export async function settleEnd(tx: SerializableTx, plan: GrantedPlan, today: string): Promise<void> {
  if (plan.terminated_on !== null) await endOn(tx, plan, plan.terminated_on, today);
}

/**
 * Withdraws a plan’s end, as if it had never been recorded; or, with the day of a rehire, goes on with the plan after an absence.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed`, `plan-not-terminated`, `plan-terminated` for a rehire after the unvested money
 *   was forfeited, `plan-exists` when the employee has enrolled again, `forfeitures-exceeded` when what was forfeited has been used
 */
export async function reinstate(
  tx: SerializableTx,
  id: string,
  expectedVersion: number,
  { rehired_on: rehiredOn }: z.output<(typeof reinstatePlan)['body']>,
  today: string,
): Promise<ShownPlan> {
  const plan = asRead(await findGrantedPlan(tx, id), expectedVersion);
  const inputs = { ...toVestingInputs(plan), terminatedOn: undefined };
  const { terminated_on } = plan;
  if (terminated_on === null)
    throw new DomainError('plan-not-terminated', 'No end of this plan is on record.');
  if (rehiredOn !== undefined) refuseRehire(plan, rehiredOn, today);
  const breaks =
    rehiredOn === undefined ? inputs.breaks : [...inputs.breaks, { terminated_on, rehired_on: rehiredOn }];
  const reinstated = { ...inputs, breaks };
  const vested = vestedState(reinstated, later(plan.vested_as_of, today));
  return settled(tx, await setPlan(tx, id, reinstated, vested, 'ACTIVE'), today);
}

function refuseRehire(plan: GrantedPlan, rehiredOn: string, today: string): void {
  if (plan.grants !== null)
    throw invalidField(
      '/rehired_on',
      'has-grant',
      'is not for a plan with a grant: unvested shares are forfeited',
    );
  if (plan.forfeited > 0n)
    throw new DomainError(
      'plan-terminated',
      'The unvested money of this plan was forfeited before the rehire. Enrol the employee again.',
    );
  if (rehiredOn <= (plan.terminated_on ?? '') || rehiredOn > today)
    throw invalidField(
      '/rehired_on',
      'out-of-range',
      `must be after ${plan.terminated_on} and at most ${today}`,
    );
}

async function settled(tx: SerializableTx, plan: ShownPlan, today: string): Promise<ShownPlan> {
  return (await settleForfeiture(tx, plan.id, today)) === 0n ? plan : found(await findShownPlan(tx, plan.id));
}
