import type { z } from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Proposer, proposeControlled, stillThere, type Waiting } from '#approvals/propose-change.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { fromMinor } from '#kernel/money.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { toVestingInputs } from '#plans/plan.repository.ts';
import type { Acceleration } from '#plans/vesting/grant-changes.ts';
import { vestedMinor } from '#plans/vesting/vesting.ts';
import { later, type VestingInputs, vestedState } from '#plans/vesting-runs/vested-state.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import {
  type Group,
  type GroupedPlan,
  listGroup,
  lockGroup,
  restoreForfeited,
  setGroup,
  type VestedPlan,
} from './group.repository.ts';
import {
  type GroupVesting,
  MAX_PLANS,
  type proposePartialTermination,
} from './partial-terminations.routes.ts';

type Order = z.output<(typeof proposePartialTermination)['body']>;

/** A change as its request keeps it: the plans that the approver was told of, and no others. */
interface Proposed {
  readonly plan_type: Group['planType'];
  readonly plans: readonly string[];
  readonly date: string;
}

interface Vesting extends VestedPlan {
  readonly unit: string;
  /** Hundred-millionths of shares, or minor units. */
  readonly vests: bigint;
}

/**
 * Returns what a group of plans would vest.
 * @throws DomainError `validation-failed`, `conflict` for more plans than a request vests
 */
export async function previewGroup(
  read: TenantRead,
  order: Order,
  today: string,
): Promise<z.input<typeof GroupVesting>> {
  return (await vestingOf(read, order, today)).preview;
}

/** Proposes to vest a group of plans fully; a second person approves it, and it is done. */
export async function proposeGroup(
  tx: TenantTx,
  order: Order,
  today: string,
  proposer: Proposer,
): Promise<Waiting> {
  const { vesting, preview } = await vestingOf(tx, order, today);
  const { plan_type, date } = preview;
  const { reason } = order;
  return proposeControlled(
    tx,
    {
      ...{
        kind: 'partial-termination',
        subject: { type: 'partial-terminations', id: uuidV7() },
        before: null,
      },
      after: { ...preview, ...(reason === undefined ? {} : { reason }) },
      proposal: { plan_type, date, plans: vesting.map(({ id }) => id) } satisfies Proposed,
    },
    proposer,
  );
}

async function vestingOf(read: TenantRead, order: Order, today: string) {
  const { plan_type, plan_document_id: documentId, left_from, left_to, plans: named, date = today } = order;
  if (date > today) throw invalidField('/date', 'in-future', 'must not be in the future');
  const left =
    left_from === undefined || left_to === undefined ? undefined : { from: left_from, to: left_to };
  const plans = await listGroup(read, { planType: plan_type, documentId, left, named }, MAX_PLANS + 1);
  if (plans.length > MAX_PLANS)
    throw new DomainError('conflict', `More than ${MAX_PLANS} plans are in the group: divide it by days.`);
  refuseUnknown(named ?? [], plans);
  const vesting = plans.map((plan) => vestFully(plan, date, today)).filter(({ vests }) => vests > 0n);
  if (vesting.length === 0)
    throw invalidField(
      named === undefined ? '/left_from' : '/plans',
      'nothing-unvested',
      'names no plan with something that has not vested',
    );
  const preview = {
    ...{ plan_type, date, plans: vesting.length, unchanged: plans.length - vesting.length },
    vests: sumsOf(vesting),
  };
  return { vesting, preview };
}

function refuseUnknown(named: readonly string[], plans: readonly GroupedPlan[]): void {
  const known = new Set(plans.map(({ id }) => id));
  const errors = named.flatMap((id, index) =>
    known.has(id)
      ? []
      : [{ pointer: `/plans/${index}`, code: 'unknown-plan', message: 'must be a plan of the group’s type' }],
  );
  if (errors.length > 0)
    throw new DomainError('validation-failed', 'Some plans are not of the group.', { errors });
}

/** Accelerates all of a plan as of the day, or as of its end if that comes before. */
function vestFully(plan: GroupedPlan, date: string, today: string): Vesting {
  const inputs = toVestingInputs(plan);
  const { terminatedOn } = inputs;
  const hasEnded = terminatedOn !== undefined && terminatedOn <= today;
  const last = terminatedOn !== undefined && terminatedOn < date ? terminatedOn : date;
  const full = { id: uuidV7(), date: later(last, plan.enrolled_on), full: true } as const;
  const asOf = later(plan.vested_as_of, hasEnded ? terminatedOn : today);
  const accelerated = accelerate(inputs, full);
  const [before, state] = [vestedState(inputs, asOf), vestedState(accelerated, asOf)];
  if (inputs.grants.length > 0) {
    const earned = (of: typeof state) => unitsOf(of.quantity) + unitsOf(of.awaiting);
    const vests = earned(state) - earned(before);
    return { ...{ id: plan.id, inputs: accelerated, state }, unit: 'shares', vests };
  }
  const vests = plan.employer_contributed - vestedMinor(plan.employer_contributed, before.fraction);
  return { ...{ id: plan.id, inputs: accelerated, state }, unit: plan.currency, vests };
}

/** Adds a full acceleration, which ends those that were planned for a later day, as any does. */
function accelerate(inputs: VestingInputs, full: Acceleration): VestingInputs {
  const added = (accelerations: readonly Acceleration[]) => [
    ...accelerations.filter((planned) => planned.date <= full.date),
    full,
  ];
  if (inputs.grants.length === 0) return { ...inputs, accelerations: added(inputs.accelerations) };
  const grants = inputs.grants.map((one) => {
    const isLive = one.cancelledOn === undefined || full.date < one.cancelledOn;
    const isGranted = (one.grant.grantDate ?? '') <= full.date;
    return isLive && isGranted ? { ...one, accelerations: added(one.accelerations) } : one;
  });
  return { ...inputs, grants };
}

/** Adds up what vests by unit: shares, and each currency. */
function sumsOf(vesting: readonly Vesting[]): { readonly unit: string; readonly amount: string }[] {
  const units = [...new Set(vesting.map(({ unit }) => unit))].sort();
  return units.map((unit) => {
    const sum = vesting.reduce((total, one) => total + (one.unit === unit ? one.vests : 0n), 0n);
    return { unit, amount: unit === 'shares' ? quantityOf(sum) : fromMinor(sum, unit) };
  });
}

export const partialTerminationEffects: ChangeEffects = {
  approved: async (tx, { proposal }) => {
    const { plan_type: planType, plans: named, date } = proposal as Proposed;
    const today = await todayOf(tx);
    await lockGroup(tx, named);
    const plans = await listGroup(tx, { planType, documentId: undefined, left: undefined, named }, MAX_PLANS);
    const vesting = plans.map((plan) => vestFully(plan, date, today)).filter(({ vests }) => vests > 0n);
    stillThere(vesting[0]);
    await setGroup(tx, vesting);
    await restoreForfeited(
      tx,
      vesting.map(({ id }) => id),
      today,
    );
    return undefined;
  },
};
