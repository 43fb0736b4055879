import { API_BASE_PATH } from '#contracts/api-paths.ts';
import type { ContributionRow } from './contribution.repository.ts';

/** Returns where a contribution is to be read. */
export function contributionPath({ id, plan_id }: Pick<ContributionRow, 'id' | 'plan_id'>): string {
  return `${API_BASE_PATH}/plans/${plan_id}/contributions/${id}`;
}
