import type { SelectQueryBuilder } from 'kysely';
import type { DB } from '#generated/database.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type PlanRow, SHOWN, type ShownPlan, standing } from './plan.repository.ts';

export interface PlanFilter {
  readonly employee_id?: string | undefined;
  readonly plan_type?: PlanRow['plan_type'] | undefined;
  readonly status?: PlanRow['status'] | undefined;
}

/** Lists plans by id, and so by age. */
export function listPlans(
  read: TenantRead,
  { limit, cursor, ...filter }: PageRequest & PlanFilter,
): Promise<ShownPlan[]> {
  let query: SelectQueryBuilder<DB, 'plans', ShownPlan> = read
    .selectFrom('plans')
    .select(SHOWN)
    .orderBy('id')
    .limit(limit + 1);
  for (const column of ['employee_id', 'plan_type'] as const) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (filter.status !== undefined) query = query.where(standing, '=', filter.status);
  if (cursor !== undefined) query = query.where('id', '>', decodeCursor(cursor, ['uuid'])[0]);
  return query.execute();
}
