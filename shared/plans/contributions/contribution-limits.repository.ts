import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { ContributionLimits } from '#generated/database.ts';
import { fromMinor } from '#kernel/money.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { listContributionLimits } from './contributions.routes.ts';

const COLUMNS = [
  'amount',
  'currency',
  'kind',
  'max_age',
  'min_age',
  'plan_type',
  'source',
  'year',
] as const satisfies readonly (keyof ContributionLimits)[];

type LimitRow = Selectable<ContributionLimits>;

export function toLimit(row: LimitRow): z.input<(typeof listContributionLimits)['response']>['data'][number] {
  return { ...row, amount: fromMinor(row.amount, row.currency) };
}

export function listLimits(read: TenantRead, planType: string | undefined): Promise<LimitRow[]> {
  const query = read
    .selectFrom('contribution_limits')
    .select(COLUMNS)
    .orderBy('plan_type')
    .orderBy('year', 'desc')
    .orderBy('kind')
    .orderBy('min_age');
  return (planType === undefined ? query : query.where('plan_type', '=', planType)).execute();
}
