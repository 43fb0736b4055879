import type { z } from 'zod';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { fromMinor } from '#kernel/money.ts';
import type { VestingInputs } from '#plans/vesting-runs/vested-state.ts';
import { breaksOf, type ShownPlan, scheduleOf, toVestingInputs } from './plan.repository.ts';
import { toAccelerations } from './plan-accelerations.ts';
import type { Plan } from './plan-shape.ts';

export function toPlan(row: ShownPlan): z.input<typeof Plan> {
  const { currency } = row;
  const money = (minor: bigint) => fromMinor(minor, currency);
  const [first] = row.grants ?? [];
  const isGrant = first !== undefined;
  const [balance, pending, available, unvested] = moneyToday(row);
  return {
    id: row.id,
    tenant_id: row.tenant_id,
    employee_id: row.employee_id,
    plan_type: row.plan_type,
    plan_document_id: row.plan_document_id,
    plan_document_version: row.plan_document_version,
    shareholder_id: row.shareholder_id,
    status: row.status,
    currency,
    balance: money(balance),
    pending: money(pending),
    vested_balance: isGrant ? canonicalDecimal(row.vested_quantity) : money(available),
    awaiting_event: isGrant ? canonicalDecimal(row.awaiting_quantity) : money(0n),
    available: money(available),
    forfeitable: money(row.status === 'TERMINATED' ? unvested - row.forfeited : 0n),
    vested_as_of: row.vested_as_of,
    forfeited: isGrant ? canonicalDecimal(row.forfeited_quantity) : money(row.forfeited),
    vesting_schedule: isGrant ? first.vesting_schedule : (scheduleOf(row) ?? null),
    allocation_type: first?.allocation_type ?? null,
    grant: isGrant
      ? {
          quantity: canonicalDecimal(first.quantity),
          grant_date: first.grant_date,
          vesting_start: first.vesting_start,
        }
      : null,
    granted: isGrant ? canonicalDecimal(row.granted_quantity) : null,
    event_on: first?.event_on ?? null,
    accelerations: accelerationsOf(toVestingInputs(row)),
    enrolled_on: row.enrolled_on,
    terminated_on: row.terminated_on,
    rehired_on: breaksOf(row).at(-1)?.rehired_on ?? null,
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

function moneyToday({
  money,
}: ShownPlan): [balance: bigint, pending: bigint, available: bigint, unvested: bigint] {
  const [balance = '0', pending = '0', available = '0', unvested = '0'] = money;
  return [BigInt(balance), BigInt(pending), BigInt(available), BigInt(unvested)];
}

function accelerationsOf({ grants, accelerations }: VestingInputs) {
  return toAccelerations(grants.length > 0 ? grants.flatMap((one) => one.accelerations) : accelerations);
}
