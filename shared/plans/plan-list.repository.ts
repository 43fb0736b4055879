import { type SelectQueryBuilder, sql } from 'kysely';
import type { DB } from '#generated/database.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type PlanRow, SHOWN, type ShownPlan, standing } from './plan.repository.ts';

export interface PlanFilter {
  readonly employee_id?: string | undefined;
  readonly plan_type?: PlanRow['plan_type'] | undefined;
  readonly status?: PlanRow['status'] | undefined;
}

type PlacedPlan = ShownPlan & { readonly position: string | null; readonly participant_name: string | null };

const NAME = sql<string | null>`participant_name(employee_id)`.as('participant_name');

/** Lists plans, by themselves by id, and so by age. */
export function listPlans(
  read: TenantRead,
  request: PageRequest & PlanFilter,
  { position, after, by }: Sorted,
): Promise<PlacedPlan[]> {
  let query: SelectQueryBuilder<DB, 'plans', PlacedPlan> = read
    .selectFrom('plans')
    .select([...SHOWN, position.as('position'), NAME])
    .where(after)
    .orderBy(by)
    .limit(request.limit + 1);
  for (const column of ['employee_id', 'plan_type'] as const) {
    const value = request[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (request.status !== undefined) query = query.where(standing, '=', request.status);
  return query.execute();
}
