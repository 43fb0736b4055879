import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { Grants } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { toAccelerations } from '#plans/plan-accelerations.ts';
import type { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import type { PlanGrant } from '#plans/vesting-runs/vested-state.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Grant } from './grant-shape.ts';

const COLUMNS = [
  'accelerations',
  'allocation_type',
  'awaiting_quantity',
  'cancelled_on',
  'created_at',
  'created_by',
  'event_on',
  'forfeited_quantity',
  'grant_date',
  'id',
  'plan_id',
  'quantity',
  'released_quantity',
  'vested_quantity',
  'vesting_schedule',
  'vesting_start',
] as const satisfies readonly (keyof Grants)[];

/** A grant, and how far and in which version its plan was computed. */
export type GrantRow = Pick<Selectable<Grants>, (typeof COLUMNS)[number]> & {
  readonly vested_as_of: string;
  readonly version: number;
};

export function toGrant(row: GrantRow): z.input<typeof Grant> {
  const shares = (written: string) => canonicalDecimal(written);
  const parts = [row.vested_quantity, row.awaiting_quantity, row.forfeited_quantity];
  const unvested = parts.reduce((left, part) => left - unitsOf(shares(part)), unitsOf(shares(row.quantity)));
  return {
    id: row.id,
    plan_id: row.plan_id,
    quantity: shares(row.quantity),
    grant_date: row.grant_date,
    vesting_start: row.vesting_start,
    vesting_schedule: row.vesting_schedule as VestingSchedule | null,
    allocation_type: row.allocation_type,
    event_on: row.event_on,
    accelerations: toAccelerations(row.accelerations as unknown as PlanGrant['accelerations']),
    cancelled_on: row.cancelled_on,
    vested: shares(row.vested_quantity),
    awaiting_event: shares(row.awaiting_quantity),
    unvested: quantityOf(unvested),
    forfeited: shares(row.forfeited_quantity),
    released: shares(row.released_quantity),
    vested_as_of: row.vested_as_of,
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

const grantsOf = (read: TenantRead, planId: string) =>
  read
    .selectFrom('grants as g')
    .innerJoin('plans as p', (join) =>
      join.onRef('p.tenant_id', '=', 'g.tenant_id').onRef('p.id', '=', 'g.plan_id'),
    )
    .select(COLUMNS.map((column) => `g.${column}` as const))
    .select(['p.vested_as_of', 'p.version'])
    .where('g.plan_id', '=', planId);

/** Lists the grants of a plan by id, and so by age. */
export function listGrants(
  read: TenantRead,
  planId: string,
  { limit, cursor }: PageRequest,
): Promise<GrantRow[]> {
  const query = grantsOf(read, planId)
    .orderBy('g.id')
    .limit(limit + 1);
  return (
    cursor === undefined ? query : query.where('g.id', '>', decodeCursor(cursor, ['uuid'])[0])
  ).execute();
}

export function findGrant(read: TenantRead, planId: string, id: string): Promise<GrantRow | undefined> {
  return grantsOf(read, planId).where('g.id', '=', id).executeTakeFirst();
}
